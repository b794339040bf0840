"""Moving a project to another template version or other choices, by a three-way merge.

The base is what the template gave for the recorded version and answers, one side what it gives for
the new ones, the other side the project as committed. Nothing is written before all of it is known.
"""
