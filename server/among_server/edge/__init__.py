"""The edge: sockets in, sockets out. The only floor that imports websockets."""
