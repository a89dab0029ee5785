// What continuo train leaves on paper and at the terminal.
#pragma once

#include <filesystem>
#include <string>

#include "continuo/training/recipe.h"
#include "continuo/training/trainer.h"

namespace continuo::app {

/// Held-out and training loss by epoch, beside a baseline.
void draw_curve(const std::filesystem::path& path, const std::string& title, const training::TrainResult& result);

/// Prints what was learned, how well and how fast. `output`: the folder with everything.
void print_summary(const std::filesystem::path& output, const training::Recipe& recipe,
                   const training::TrainResult& result);

}  // namespace continuo::app
