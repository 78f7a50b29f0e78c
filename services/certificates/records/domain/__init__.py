"""What is asked, what an answer says, and how it is held against the profile. Pure."""
