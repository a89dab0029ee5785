// How well copies are found in a collection.
#pragma once

#include <cstddef>

#include "continuo/workbench/passages.h"

namespace continuo::app {

/// How many planted passages are found, and how long the runs of unrelated pieces are; `borrowed` notes are among the
/// lengths that are judged.
void print_planted(const workbench::PlantedCheck& check, std::size_t borrowed);

}  // namespace continuo::app
