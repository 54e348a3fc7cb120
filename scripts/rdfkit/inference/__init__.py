"""The closure of a graph under rules, and the rules behind an inferred triple."""
