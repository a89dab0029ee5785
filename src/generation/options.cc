// The lists of options.
#include "continuo/generation/options.h"

#include "continuo/generation/sampling_settings.h"

namespace continuo::generation {
namespace {

constexpr std::uint64_t kSecondLimit = 1'000'000;
constexpr std::uint64_t kBarLimit = 1'000'000;
constexpr std::uint64_t kSymbolLimit = 1'000'000'000;
constexpr std::uint64_t kSeedLimit = (std::uint64_t{1} << 63) - 1;  // TOML's greatest, which recipes keep

Option start(StartKind& value) {
  return {
      .name = "start",
      .explanation = "What the music begins from: the beginning of a piece, or a random array of symbols (the paper's)",
      .kind = OptionKind::kWord,
      .choices = {"beginning", "random"},
      .get = [&value]() -> OptionValue {
        if (value == StartKind::kPrompt) return {};
        return std::string(value == StartKind::kRandom ? "random" : "beginning");
      },
      .set =
          [&value](const OptionValue& given) {
            if (const auto* word = std::get_if<std::string>(&given))
              value = *word == "random" ? StartKind::kRandom : StartKind::kBeginning;
          }};
}

}  // namespace

std::vector<Option> options_of(SamplingOptions& sampling) {
  std::vector<Option> options;
  options.push_back(
      flag_option("argmax", "Always the most probable symbol (the paper's choice; falls into loops)", sampling.argmax));
  options.push_back(number_option("temperature", "Below 1: safer, above 1: wilder", sampling.temperature, 1'000'000));
  options.back().letter = 't';
  options.back().set = [&sampling](const OptionValue& given) {
    sampling.temperature = std::get<double>(given);
    sampling.kinds.clear();
  };
  options.push_back(
      {.name = "kind-temperatures",
       .explanation = "Temperatures of kinds of symbols in place of that of all, as in pitch=0.8,velocity=1.15",
       .kind = OptionKind::kWord,
       .get = [&sampling]() -> OptionValue {
         return sampling.kinds.empty() ? OptionValue() : OptionValue(kind_temperatures_text(sampling));
       },
       .set =
           [&sampling](const OptionValue& given) {
             if (const auto* text = std::get_if<std::string>(&given))
               set_temperatures(sampling, *text);
             else
               sampling.kinds.clear();
           }});
  options.push_back(
      whole_option("top-k", "Choose among the k most probable symbols; 0: all", sampling.top_k, 0, kSymbolLimit));
  options.push_back(number_option("top-p", "Choose among the most probable symbols that together have this probability",
                                  sampling.top_p, 1));
  return options;
}

std::vector<Option> options_of(ComposeOptions& o) {
  std::vector<Option> options;
  const auto add = [&](Option option) { options.push_back(std::move(option)); };
  add(start(o.start));
  add(whole_option("random-length", "Symbols of the random array; 0: the receptive field", o.random_length, 0,
                   kSymbolLimit));
  add(flag_option("keep-random", "Keep the random array in the result", o.keep_random));
  add(number_option("seconds", "Length of the new music in seconds (default 120; of sound 10)", o.seconds,
                    kSecondLimit));
  add(whole_option("bars", "Length of the new music in bars", o.bars, 1, kBarLimit));
  add(whole_option("symbols", "Length in symbols", o.symbols, 1, kSymbolLimit));
  add(flag_option("go-on", "Do not let the model end the piece before the length is reached", o.stop_at_end, false));
  for (Option& option : options_of(o.sampling)) add(std::move(option));
  add(flag_option("no-mask", "Allow symbols that the grammar forbids; decoding repairs them and says how many",
                  o.mask_grammar, false));
  add(word_option("style", "Composer or style, where the model has such labels", o.label));
  add(number_option(
      "style-strength",
      "How much the style changes: 1 as the model says, 2 twice as much, for twice the work of the network",
      o.style_strength, 0, 100));
  add(whole_option("seed", "The same seed, model and settings give the same piece", o.seed, 0, kSeedLimit));
  options.back().letter = 's';
  add(flag_option(
      "allow-copies",
      "Also passages that the filter beside the model forbids: with the default model, those of 13 notes that "
      "stand in the music from which it learned",
      o.allow_copies));
  add(flag_option("any-ending", "Also endings that do not close on the tonic of the home key", o.any_ending));
  add(flag_option("any-range", "Also notes that an instrument does not have", o.any_range));
  add(flag_option("allow-loops",
                  "Also the same block of notes again and again; otherwise twice in a row, of a short bar three times",
                  o.allow_loops));
  return options;
}

std::vector<Option> saved_options_of(ComposeOptions& o) {
  constexpr std::uint64_t kTries = 1'000'000;
  std::vector<Option> options = options_of(o);
  options.push_back(
      number_option("earliest-end", "Share of the length before which End is not chosen", o.earliest_end, 0, 1));
  options.push_back(whole_option("ending-tries", "Times that an ending is sought", o.ending_tries, 0, kTries));
  options.push_back(whole_option("stream", "Number of the piece among several of one seed", o.stream, 0, kSeedLimit));
  return options;
}

std::vector<Option> options_of(WishWords& wishes) {
  std::vector<Option> options;
  options.push_back(word_option("key", "Only notes of this key, such as \"D minor\"", wishes.key));
  options.push_back(word_option(
      "instruments", "Only these, by their General MIDI names or programs from 0, and \"drums\": violin,cello",
      wishes.instruments));
  options.back().list = true;
  options.push_back(word_option("tempo", "Quarters a minute, about 90 or within 80-100", wishes.tempo));
  options.push_back(word_option("metre", "Only bars of this kind, such as 3/4", wishes.metre));
  return options;
}

}  // namespace continuo::generation
