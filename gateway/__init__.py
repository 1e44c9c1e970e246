"""The centre's memory and judgement."""
