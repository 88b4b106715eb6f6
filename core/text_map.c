#include "core/text_map.h"

#include <stdio.h>
#include <string.h>

rill_status rill_text_map_measure(const char *map, const char *letters, const char *letters_shown,
                                  int32_t *out_rows, int32_t *out_columns, rill_error *error)
{
    size_t columns = map == NULL ? 0 : strcspn(map, "\n");
    if (columns == 0) {
        return rill_error_set(error, RILL_INVALID, "map", "the first row is empty; draw a map");
    }
    size_t rows = 0;
    for (const char *row = map; row != NULL; rows++) {
        size_t length = strcspn(row, "\n");
        if (length != columns) {
            return rill_error_set(error, RILL_INVALID, "map",
                                  "row %zu has %zu cells, row 1 has %zu; make them equally long",
                                  rows + 1, length, columns);
        }
        size_t known = strspn(row, letters);
        if (known < length) {
            int unknown = (unsigned char)row[known];
            char shown[8];
            snprintf(shown, sizeof shown, unknown >= ' ' && unknown <= '~' ? "'%c'" : "\\x%02X",
                     unknown);
            return rill_error_set(error, RILL_INVALID, "map",
                                  "%s in row %zu, column %zu is none of %s", shown, rows + 1,
                                  known + 1, letters_shown);
        }
        row = row[length] == '\n' ? row + length + 1 : NULL;
    }
    if (columns > RILL_MAX_MAP_CELLS / rows) {
        return rill_error_set(error, RILL_INVALID, "map",
                              "%zu rows of %zu cells are more than the %d cells allowed", rows,
                              columns, RILL_MAX_MAP_CELLS);
    }
    *out_rows = (int32_t)rows;
    *out_columns = (int32_t)columns;
    return RILL_OK;
}
