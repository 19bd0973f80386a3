"""The Gherkin steps, a file for each part of the world they speak of. A step is one line where it can be."""
