"""The facts are in setup.cfg; only the list of packages needs a sum.

To setuptools every folder of data is a package, so these are named as well.
"""

from setuptools import find_namespace_packages, setup

TEMPLATES = "lms_leiderschap.templates"

setup(
    packages=[
        *find_namespace_packages("src"),
        TEMPLATES,
        *(f"{TEMPLATES}.{folder}" for folder in find_namespace_packages("templates")),
    ]
)
