"""Moving a project to another template version or other choices, by a three-way merge.

The base is the template's render of the recorded version and answers. One side is its render of the
new ones. The other side is the project as committed. Nothing is written before all of it is known.
"""
