"""Which day it is to the house: opening hours, public holidays, make-up workdays, and what staff say of a date."""
