// The loop over the window.
#include "continuo/generation/window.h"

#include <algorithm>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/generation/sampler.h"

namespace continuo::generation {

using representation::Symbol;

WindowTake move_window(const engine::Model& model, const WindowOptions& options, const ProgressSink& progress,
                       std::stop_token stop) {
  const auto vocabulary = static_cast<std::size_t>(model.vocabulary_size());
  if (options.window < 1) throw Error(ErrorCode::kInvalidArgument, "the window must have at least 1 symbol");
  if (options.first_symbol >= vocabulary)
    throw Error(ErrorCode::kUnsupported, "the model's vocabulary holds no musical symbol");
  Random random(options.seed, 0x4D);
  WindowTake take;
  for (std::size_t i = 0; i < options.window; ++i)
    take.array.push_back(static_cast<Symbol>(options.first_symbol + random.below(vocabulary - options.first_symbol)));

  std::vector<std::uint8_t> music(vocabulary, 1);
  std::fill_n(music.begin(), options.first_symbol, std::uint8_t{0});
  Sampler sampler({.argmax = options.argmax, .top_p = 1}, vocabulary);
  const int field = model.spec().receptive_field();
  const bool streams = field > 0 && static_cast<std::size_t>(field) <= options.window;
  const auto stream = model.new_stream();
  std::span<const float> logits;
  const auto read = [&](std::span<const Symbol> symbols) {
    for (const Symbol symbol : symbols) logits = stream->step(symbol);
  };
  std::vector<Symbol> all = take.array;  // the array is always its last `window` symbols
  read(all);
  constexpr std::size_t kBetweenReports = 256;
  for (std::size_t i = 0; i < options.count; ++i) {
    if (i % kBetweenReports == 0) {
      if (stop.stop_requested()) throw Interrupted("stopped while generating");
      if (progress) progress({"Generating", i, options.count, "symbols"});
    }
    if (i > 0 && streams) read(std::span(all).last(1));
    if (i > 0 && !streams) {
      stream->reset();
      read(std::span(all).last(options.window));
    }
    all.push_back(sampler.choose(logits, music, random));
  }
  take.symbols.assign(all.begin() + static_cast<std::ptrdiff_t>(options.window), all.end());
  return take;
}

}  // namespace continuo::generation
