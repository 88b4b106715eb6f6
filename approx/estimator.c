#include "core/registry.h"

#include <rill/estimator.h>

RILL_DEFINE_REGISTRY(estimator, "estimator", "estimators")

static rill_status check_samples(const rill_estimator *estimator, rill_error *error)
{
    return estimator->n_samples >= 1
               ? RILL_OK
               : rill_error_set(error, RILL_INVALID, "n_samples", "%d samples, expected at least 1",
                                estimator->n_samples);
}

rill_status rill_estimator_create(rill_estimator *estimator, const rill_estimator_type *type,
                                  void *params, const rill_distribution *distribution,
                                  const rill_objective *objective, int32_t n_samples,
                                  rill_error *error)
{
    *estimator = (rill_estimator){0};
    if (params == NULL) {
        params = rill_params_create(type->params, type->params_size);
        if (params == NULL) {
            return rill_error_no_memory(error);
        }
    }
    *estimator = (rill_estimator){.type = type,
                                  .params = params,
                                  .distribution = distribution,
                                  .objective = *objective,
                                  .n_samples = n_samples};
    rill_status status = check_samples(estimator, error);
    status = status == RILL_OK ? type->prepare(estimator, error) : status;
    if (status != RILL_OK) {
        rill_estimator_destroy(estimator);
    }
    return status;
}

void rill_estimator_destroy(rill_estimator *estimator)
{
    if (estimator->type != NULL) {
        rill_params_destroy(estimator->type->params, estimator->params);
        *estimator = (rill_estimator){0};
    }
}
