"""What is shown of an application; a module for each part of it."""
