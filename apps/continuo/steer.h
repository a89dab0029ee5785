// Writing around what is given, at the terminal.
#pragma once

#include "continuo/weights/model_file.h"
#include "continuo/workbench/steered.h"

namespace continuo::app {

/// Runs the request and prints what was written. Throws Error; Interrupted.
void steer(const workbench::SteeredRequest& request, const weights::ModelFile& file);

}  // namespace continuo::app
