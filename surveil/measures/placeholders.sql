-- model: placeholder_mailboxes
-- Names for nobody, as they stand before the sign of an e-mail address.
SELECT 'noname' AS local
UNION SELECT 'no.name' UNION SELECT 'no-name' UNION SELECT 'none' UNION SELECT 'noemail' UNION SELECT 'no.email'
UNION SELECT 'no-email' UNION SELECT 'no_email' UNION SELECT 'nomail' UNION SELECT 'no' UNION SELECT 'na' UNION SELECT 'n/a'
UNION SELECT 'unknown' UNION SELECT 'declined' UNION SELECT 'refused' UNION SELECT 'notgiven' UNION SELECT 'noreply'
UNION SELECT 'no-reply' UNION SELECT 'customer' UNION SELECT 'client' UNION SELECT 'test' UNION SELECT 'fake'
UNION SELECT 'nobody' UNION SELECT 'asdf' UNION SELECT 'xxx' UNION SELECT 'abc' UNION SELECT 'email'

-- model: placeholder_domains
-- Domains at which nobody has a mailbox: kept for examples, or meant to say so.
SELECT 'example.com' AS domain
UNION SELECT 'example.org' UNION SELECT 'example.net' UNION SELECT 'test.com' UNION SELECT 'none.com'
UNION SELECT 'noemail.com' UNION SELECT 'nomail.com' UNION SELECT 'no.com' UNION SELECT 'na.com' UNION SELECT 'email.none'
UNION SELECT 'invalid'

-- model: bank_domains
-- The domain that more than half of the firm's own e-mail addresses are of.
SELECT SUBSTRING(contact_key, STRPOS(contact_key, '@') + 1) AS domain
FROM employee_contacts
WHERE kind = 'email'
GROUP BY SUBSTRING(contact_key, STRPOS(contact_key, '@') + 1)
HAVING COUNT(*) * 2 > (SELECT COUNT(*) FROM employee_contacts WHERE kind = 'email')
