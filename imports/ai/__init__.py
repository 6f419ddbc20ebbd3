"""The AI model that reads the headers which our rules are not sure of. Optional: without a key it says so."""
