"""The errors a user can meet, each with the exit status that `surveil` promises for it."""


class SurveilError(Exception):
    """Says what is wrong, where, and what to do; the command line prints it without a traceback."""

    exit_code = 2


class UsageError(SurveilError):
    """Wrong usage or configuration."""

    exit_code = 2


class InputRefused(SurveilError):
    """The input was refused; the message (and the load report) says which rows and why."""

    exit_code = 3


class RunIncomplete(SurveilError):
    """A detector failed. Everything else the run found is kept and marked."""

    exit_code = 4


class VerificationFailed(SurveilError):
    """Something that was checked is not as it was left."""

    exit_code = 5
