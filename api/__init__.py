"""How the city answers: the REST service and the command line."""
