"""Activities of the house: classes, lectures, matches; who signs up, who waits, who came."""
