"""Records as bytes: Avro in single-object encoding, or in Confluent's frame."""
