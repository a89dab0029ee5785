// The page and the pictures of what was written around something given.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "continuo/page/page.h"
#include "continuo/plot/plot.h"
#include "continuo/workbench/steered.h"

namespace continuo::workbench {

std::string title_of(const SteeredJob& job, int index);

/// Given notes in one shade, new ones in another.
plot::PianoRollOptions steered_roll(const SteeredJob& job, const steering::Result& result, const std::string& title);

page::Page steered_page(const SteeredJob& job, const std::vector<steering::Result>& results,
                        const ProgressSink& progress, const std::stop_token& stop);

}  // namespace continuo::workbench
