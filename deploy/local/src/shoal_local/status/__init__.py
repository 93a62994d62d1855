"""`shoal status`: an installation at one glance, over the services' HTTP APIs and Kafka."""
