"""The wire: Kafka, with librdkafka."""
