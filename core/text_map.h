/// Maps drawn as rows of text, one letter a cell: what environments on a grid share.
#ifndef RILL_CORE_TEXT_MAP_H
#define RILL_CORE_TEXT_MAP_H

#include <rill/status.h>
#include <stdint.h>

enum { RILL_MAX_MAP_CELLS = 4096 * 4096 }; // the number of a cell and move fits an int32_t

/// Measures a map, rows joined by '\n' (NULL: empty), and checks that it is a rectangle of
/// `letters`, which messages call `letters_shown`. RILL_INVALID at the path "map".
rill_status rill_text_map_measure(const char *map, const char *letters, const char *letters_shown,
                                  int32_t *rows, int32_t *columns, rill_error *error);

/// The letter at row * columns + column; a line break follows each row but the last.
static inline char rill_text_map_at(const char *map, int32_t columns, int32_t cell)
{
    return map[cell + cell / columns];
}

#endif
