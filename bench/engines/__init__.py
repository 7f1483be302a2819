"""The same models on several engines: whether they agree, and a Spark cluster on this machine to try them on."""
