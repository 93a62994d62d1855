"""The parts of HTTP that services share: the application factory, problems, strict bodies."""
