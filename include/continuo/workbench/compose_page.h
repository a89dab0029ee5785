// The page of what was composed: the pieces to hear and see, what they are, how to make them again, and with a
// collection what of them stands there.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "continuo/page/page.h"
#include "continuo/workbench/compose.h"

namespace continuo::workbench {

struct ComposePage {
  page::Page page;
  std::vector<std::string> originality;  ///< of each piece, in short; empty where nothing was compared
};

/// Sounds and pictures are limited so that a page stays below some 25 MB. Throws Error; Interrupted.
ComposePage compose_page(const ComposeTask& task, const std::vector<generation::Composition>& pieces,
                         const ProgressSink& progress = {}, const std::stop_token& stop = {});

}  // namespace continuo::workbench
