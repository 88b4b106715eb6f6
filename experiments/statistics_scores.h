/// Statistics of scores, on memory that the caller brings.
#ifndef RILL_EXPERIMENTS_STATISTICS_SCORES_H
#define RILL_EXPERIMENTS_STATISTICS_SCORES_H

#include <rill/statistics.h>

/// As `rill_score_statistic`; `scratch` has room for the scores of x and, where there is one, y.
double score_statistic(rill_statistic statistic, double parameter, const rill_score_matrix *x,
                       const rill_score_matrix *y, double *scratch);

/// Whether a statistic is of x and y.
bool score_statistic_is_of_two(rill_statistic statistic);

#endif
