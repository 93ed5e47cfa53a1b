"""convgrader: the exercises of the course. Release them, check oneself, grade.

A student's notebook needs ``emit`` and ``check`` alone, and they need NumPy and ``convlib`` alone. What authors and
instructors run (``python -m convgrader``) needs the packages of the extra ``grade`` too.
"""

from convgrader import check
from convgrader.emission import emit

__all__ = ["check", "emit"]
