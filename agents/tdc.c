/// TDC, TD(0) with gradient correction: off-policy prediction that does not diverge.
///
/// Sutton & Barto (2018), section 11.7; Sutton, Maei, Precup, Bhatnagar, Silver, Szepesvari and
/// Wiewiora (2009). A second vector v learns to predict the TD error from the features.
#include "agents/gradient_td.h"

/// w <- w + alpha rho [delta x(S) - gamma (v.x(S)) x(S')]
static void move(rill_agent *agent, const gradient_td_error *e, double step)
{
    rill_td_add(agent, e->state, 0, step * e->ratio * e->td_error);
    if (e->next >= 0) {
        rill_td_add(agent, e->next, 0, -step * e->ratio * e->gamma * e->predicted);
    }
}

GRADIENT_TD_DEFINE(tdc, "off-policy prediction by gradient-corrected temporal differences",
                   "Sutton & Barto (2018), section 11.7; Sutton et al. (2009)", move);
