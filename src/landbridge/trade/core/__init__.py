"""General equilibrium of trade in changes, on arrays: Armington / Eaton-Kortum, many sectors, input-output links.

Letters follow the literature. ``i`` exports, ``j`` imports, ``s`` sectors, ``k`` inputs; a prime is the counterfactual,
a hat the ratio of counterfactual over baseline. ``X[i, j, s]`` are flows at the exporter's price, own trade included,
before tariffs; ``pi[i, j, s]`` is the share of i in what j spends on s, tariffs included; ``alpha[j, s]`` the share of
s in what households of j spend; ``gamma[i, s]`` and ``gamma[i, k, s]`` the shares of labour and of input k in the cost
of industry s.

    c^_is    = w^_i^gamma_is prod_k P^_ik^gamma_iks / A^_is
    pi'_ijs  = pi_ijs (c^_is kappa_ijs (1 + tau'_ijs) / (1 + tau_ijs))^-theta_s / Phi_js     P^_js = Phi_js^(-1/theta_s)
    X'_ijs   = pi'_ijs Q'_js / (1 + tau'_ijs)                Q'_js = alpha_js E'_j + sum_r gamma_jsr sum_n X'_jnr
    w^_i I_i = sum_js gamma_is X'_ijs                        E'_j  = w^_j I_j + D'_j + sum_is tau'_ijs X'_ijs
    P^_j     = prod_s P^_js^alpha_js                         W^_j  = (E'_j / E_j) / P^_j

Without links gamma_is is one, sales are income, and all spending is households': the same equations and the same code,
in which nothing is left to iterate inside. Labour is the only factor and moves freely between sectors. The numeraire is
world income: sum_i w^_i I_i = sum_i I_i. Excess demand for labour is brought to zero by Newton's method on log wages
with the analytic Jacobian; a factorisation is kept as long as it keeps the residual falling.

Source: Caliendo & Parro (2015), Review of Economic Studies 82(1); Dekle, Eaton & Kortum (2008), IMF Staff Papers 55(3);
Costinot & Rodriguez-Clare (2014), Handbook of International Economics 4, ch. 4.
"""

from landbridge.trade.core.arrays import Array, inward, outward
from landbridge.trade.core.baseline import TradeBaseline
from landbridge.trade.core.draws import DrawnEquilibria, solve_draws
from landbridge.trade.core.equilibrium import (
    Calibration,
    Equilibrium,
    calibrate,
    counterfactual,
    excess_supply,
    solve,
)
from landbridge.trade.core.newton import Factors, factorised, weighted
from landbridge.trade.core.one_sector import one_sector_exposure
from landbridge.trade.core.problem import DeficitRule, Problem, pose
from landbridge.trade.core.refusal import NoEquilibriumError
from landbridge.trade.core.response import Response, jacobian, respond, spendable_by_wage
from landbridge.trade.core.shares import baseline_from_shares
from landbridge.trade.core.state import State, state_at

__all__ = [
    "Array",
    "Calibration",
    "DeficitRule",
    "DrawnEquilibria",
    "Equilibrium",
    "Factors",
    "NoEquilibriumError",
    "Problem",
    "Response",
    "State",
    "TradeBaseline",
    "baseline_from_shares",
    "calibrate",
    "counterfactual",
    "excess_supply",
    "factorised",
    "inward",
    "jacobian",
    "one_sector_exposure",
    "outward",
    "pose",
    "respond",
    "solve",
    "solve_draws",
    "spendable_by_wage",
    "state_at",
    "weighted",
]
