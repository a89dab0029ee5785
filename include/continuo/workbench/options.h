// The options of use cases: lists from which command lines, JSON and forms are made (base/option.h). Files and folders
// that are read or written are left to programs, but for caches and SoundFonts. Those of composing: compose.h.
#pragma once

#include <vector>

#include "continuo/base/option.h"
#include "continuo/evaluation/measures.h"
#include "continuo/workbench/compare.h"
#include "continuo/workbench/passages.h"
#include "continuo/workbench/piece_set.h"
#include "continuo/workbench/selection.h"

namespace continuo::workbench {

std::vector<Option> options_of(EvaluateOptions& options);
/// Those of the set of pieces among them.
std::vector<Option> options_of(CompareOptions& options);
std::vector<Option> options_of(PieceSetOptions& options);
std::vector<Option> options_of(evaluation::MeasureOptions& options);
std::vector<Option> options_of(PassageOptions& options);

}  // namespace continuo::workbench
