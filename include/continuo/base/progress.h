// How libraries report long work without printing: they call a sink, the app draws.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace continuo {

/// One report. Sinks are called from one thread at a time and must return quickly.
struct Progress {
  std::string task;  ///< what is being done, for example "Reading"
  std::uint64_t done = 0;
  std::uint64_t total = 0;  ///< 0 when unknown
  std::string unit{};       ///< "files", "steps", "symbols"; empty: the share alone has a meaning
  std::string detail{};     ///< short free text shown after the bar, for example "loss 2.31"
};

using ProgressSink = std::function<void(const Progress&)>;

}  // namespace continuo
