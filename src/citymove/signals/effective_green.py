"""Displayed and effective green: the one rule that turns lights into seconds of flow.

Effective green is displayed green + `GREEN_GAIN_S`, so a stage loses its intergreen -
`GREEN_GAIN_S`. With the HCM's values the two losses cancel; a measured junction in a
microsimulation gave displayed green - 0.5 s, which is close.
"""

# HCM 2000, chapter 16: 2 s are lost as the queue starts, 2 s of the amber are used.
START_UP_LOST_S = 2.0
END_GAIN_S = 2.0
GREEN_GAIN_S = END_GAIN_S - START_UP_LOST_S
