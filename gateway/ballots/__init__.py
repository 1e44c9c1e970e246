"""Ballots: members hand in what they wish for, and one draw that anybody can run again says who has it."""
