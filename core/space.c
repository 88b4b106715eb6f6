#include <math.h>
#include <rill/math.h>
#include <rill/space.h>

bool rill_space_contains(const rill_space *space, rill_observation value)
{
    if (space->kind == RILL_SPACE_DISCRETE) {
        return value.index >= 0 && value.index < space->size;
    }
    for (int32_t i = 0; i < space->size; i++) {
        // bounds as the float32 that observations are, so that a bound is inside
        if (!(value.box[i] >= (float)space->low[i] && value.box[i] <= (float)space->high[i])) {
            return false;
        }
    }
    return true;
}

rill_observation rill_space_sample(const rill_space *space, rill_rng *rng, float *box)
{
    if (space->kind == RILL_SPACE_DISCRETE) {
        return (rill_observation){.index = (int32_t)rill_rng_integers(rng, space->size)};
    }
    for (int32_t i = 0; i < space->size; i++) {
        bool is_low = isfinite(space->low[i]);
        bool is_high = isfinite(space->high[i]);
        double x = 0.0;
        if (is_low && is_high) {
            x = rill_rng_uniform(rng, space->low[i], space->high[i]);
        } else if (is_low) {
            x = space->low[i] - rill_log(1.0 - rill_rng_random(rng));
        } else if (is_high) {
            x = space->high[i] + rill_log(1.0 - rill_rng_random(rng));
        } else {
            x = rill_rng_standard_normal(rng);
        }
        box[i] = (float)x;
    }
    return (rill_observation){.box = box};
}
