"""The conformance kit: what the protocol demands, sentence by sentence, asked of any server and of any client."""
