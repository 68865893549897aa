"""What a change of exposure does to alignment: from arrays of the trade model to a shift of ideal-point distance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EXPOSURE_UNIT = 1e-4  # elasticity of real income: a ten-thousandth counts as small


def exposure_measure(elasticity: Any) -> Array:
    """Exposure as the estimates use it: asinh of the elasticity over a ten-thousandth.

    About linear below a ten-thousandth and logarithmic above, of either sign: most pairs hardly matter to one another,
    and a few do a thousand times as much.
    """
    measure: Array = np.arcsinh(np.asarray(elasticity, dtype=float) / EXPOSURE_UNIT)
    return measure
