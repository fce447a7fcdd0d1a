"""Points in polygons, by fractions in the words of the rule: an oracle for the filter region."""

from fractions import Fraction


def is_inside(point, corners):
    """Whether a ray to the left crosses an odd number of sides.

    A side is met where it spans the height of the point, its lower end included; a point on a side
    meets it.
    """
    x, y = point
    crossings = 0
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
        if min(y1, y2) <= y < max(y1, y2):
            at = x1 + Fraction((y - y1) * (x2 - x1), y2 - y1)
            crossings += at <= x
    return crossings % 2 == 1
