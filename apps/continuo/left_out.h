// What is said of files that could not be measured.
#pragma once

#include <vector>

#include "continuo/workbench/piece_set.h"

namespace continuo::app {

/// On standard error: how many were left out, and the first of them with their reasons.
void print_left_out(const std::vector<evaluation::Survey::LeftOut>& left_out);

}  // namespace continuo::app
