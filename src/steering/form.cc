// Sections one after the other: new ones are composed, returning ones are copied, varied and led to the end.
#include "continuo/steering/form.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/music/excerpt.h"
#include "continuo/music/time.h"
#include "continuo/steering/steer.h"

namespace continuo::steering {
namespace {

using generation::ComposeOptions;
using generation::Composition;
using generation::StartKind;

constexpr std::size_t kMaxSections = 64;
constexpr int kMaxFormBars = 1000;
constexpr int kClosingBars = 4;          // at most half of a returning section that ends the piece, written anew
constexpr double kShareVaried = 0.35;    // of the notes, for each prime
constexpr double kShareDifferent = 0.7;  // of those, at least, that get another pitch
constexpr int kStreamsASection = 32;     // bits: sections and pieces draw from streams of their own

[[noreturn]] void refuse_form(const std::string& message) {
  throw Error({.message = message,
               .hint = "Write letters, with primes for variations and perhaps bars: \"A A' B A\", \"A8 A'8 B16 A8\".",
               .code = ErrorCode::kInvalidArgument,
               .about = "form"});
}

std::string name_of(const Section& section) {
  return section.letter + std::string(static_cast<std::size_t>(section.primes), '\'');
}

/// The number at the front of `text`, which it is taken from; 0: there is none.
int take_number(std::string_view& text) {
  int number = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1))
    number = std::min(kMaxFormBars + 1, number * 10 + (text.front() - '0'));
  return number;
}

class FormComposer {
 public:
  FormComposer(const loaded::LoadedModel& composer, const ComposeOptions& options, std::stop_token stop)
      : composer_(composer), options_(options), stop_(std::move(stop)) {}

  void add(const Section& section, bool last) {
    ++number_;
    const int first = bars_;
    bars_ += section.bars;
    const auto same = begins_.find({section.letter, section.primes});
    const auto original = begins_.find({section.letter, 0});
    if (same != begins_.end()) {
      repeat(same->second, first, section.bars);
    } else if (original != begins_.end()) {
      repeat(original->second, first, section.bars);
      vary(first, section);
    } else {
      go_on(last);
      begins_.try_emplace({section.letter, 0}, first);
    }
    begins_.try_emplace({section.letter, section.primes}, first);
    if (last && first > 0 && (same != begins_.end() || original != begins_.end())) close(section);
    markers_.emplace_back(first, name_of(section));
  }

  Composition result() {
    const MeterMap metre(made_.score);
    for (const auto& [bar, name] : markers_)
      made_.score.texts.push_back({metre.bar_start(bar), TextKind::kMarker, name});
    normalise(made_.score);
    return std::move(made_);
  }

 private:
  std::uint64_t stream() const { return options_.stream + (static_cast<std::uint64_t>(number_) << kStreamsASection); }

  /// Composes up to `bars_`.
  void go_on(bool closes) {
    ComposeOptions own = options_;
    own.seconds.reset();
    own.symbols.reset();
    const int given = bars_of(made_.score);
    own.bars = bars_ - given;
    own.start = given > 0 ? StartKind::kPrompt : StartKind::kBeginning;
    own.prompt = given > 0 ? std::optional(made_.score) : std::nullopt;
    own.stop_at_end = closes && options_.stop_at_end;
    if (closes) own.earliest_end = 0;
    own.stream = stream();
    Composition next = generation::compose(composer_, own, {}, stop_);
    made_.symbols = std::move(next.symbols);
    made_.score = std::move(next.score);
    made_.ended = next.ended;
    made_.generated += next.generated;
    made_.steps += next.steps;
    made_.retries += next.retries;
    made_.warnings.insert(made_.warnings.end(), next.warnings.begin(), next.warnings.end());
  }

  void repeat(int from, int to, int bars) {
    const MeterMap metre(made_.score);
    const Score section = from_tick(beginning(made_.score, metre.bar_start(from + bars)), metre.bar_start(from));
    made_.score = followed_by(made_.score, section, metre.bar_start(to));
  }

  void vary(int first, const Section& section) {
    Request request{.given = made_.score,
                    .outline = gap(first + 1, first + section.bars),
                    .sampling = options_.sampling,
                    .label = options_.label,
                    .seed = options_.seed,
                    .stream = stream()};
    request.outline.ends = false;
    request.wishes.keep = Keep::kRhythm;
    request.wishes.amount = std::min(1.0, kShareVaried * section.primes);
    request.wishes.differ = kShareDifferent;
    request.wishes.any_range = options_.any_range;
    request.wishes.allow_copies = options_.allow_copies;
    request.wishes.allow_loops = options_.allow_loops;
    Result varied = std::move(steer(composer_, request, {}, stop_).front());
    made_.score = std::move(varied.score);
    made_.generated += varied.generated;
    made_.steps += varied.steps;
    made_.warnings.insert(made_.warnings.end(), varied.warnings.begin(), varied.warnings.end());
  }

  /// The end of the last section is written anew, to close the piece.
  void close(const Section& section) {
    ++number_;
    const MeterMap metre(made_.score);
    made_.score =
        beginning(made_.score, metre.bar_start(bars_ - std::min(kClosingBars, std::max(1, section.bars / 2))));
    go_on(true);
  }

  const loaded::LoadedModel& composer_;
  const ComposeOptions& options_;
  std::stop_token stop_;
  int number_ = 0;                              ///< of sections, and of closes
  int bars_ = 0;                                ///< of the sections so far
  std::map<std::pair<char, int>, int> begins_;  ///< letter and primes: bars before its first occurrence
  std::vector<std::pair<int, std::string>> markers_;
  Composition made_;
};

}  // namespace

std::vector<Section> form_from_text(std::string_view text, int bars) {
  std::vector<Section> form;
  std::map<char, int> known;
  int all = 0;
  const auto skip = [&] {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == ',')) text.remove_prefix(1);
  };
  for (skip(); !text.empty(); skip()) {
    Section section;
    const char letter = text.front();
    if ((letter < 'A' || letter > 'Z') && (letter < 'a' || letter > 'z'))
      refuse_form(std::string("a form has no '") + letter + "'");
    section.letter = static_cast<char>(letter >= 'a' ? letter - 'a' + 'A' : letter);
    text.remove_prefix(1);
    for (; !text.empty() && text.front() == '\''; text.remove_prefix(1)) ++section.primes;
    const auto before = known.find(section.letter);
    const int written = take_number(text);
    section.bars = written > 0 ? written : before != known.end() ? before->second : bars;
    if (before != known.end() && section.bars > before->second)
      refuse_form("section " + name_of(section) + " cannot return with " + std::to_string(section.bars) +
                  " bars: it has " + std::to_string(before->second));
    known.try_emplace(section.letter, section.bars);
    all += section.bars;
    form.push_back(section);
    if (form.size() > kMaxSections || all > kMaxFormBars)
      refuse_form("a form has " + std::to_string(kMaxSections) + " sections and " + std::to_string(kMaxFormBars) +
                  " bars at most");
  }
  if (form.empty()) refuse_form("the form has no section");
  return form;
}

std::string to_text(const std::vector<Section>& form) {
  std::string text;
  for (const Section& section : form)
    text += (text.empty() ? "" : " ") + name_of(section) + std::to_string(section.bars);
  return text;
}

Composition compose_form(const loaded::LoadedModel& composer, const ComposeOptions& options,
                         const std::vector<Section>& form, const ProgressSink& progress, const std::stop_token& stop) {
  if (!composer.representation->vocabulary().has(representation::SymbolKind::kBar))
    throw Error({.message = "this model writes no bars, of which a form could be made",
                 .hint = "Take a model over remi, as the default model is.",
                 .code = ErrorCode::kUnsupported,
                 .about = "form"});
  FormComposer piece(composer, options, stop);
  for (std::size_t i = 0; i < form.size(); ++i) {
    piece.add(form[i], i + 1 == form.size());
    if (progress) progress({.task = "Composing", .done = i + 1, .total = form.size(), .unit = "sections"});
  }
  return piece.result();
}

}  // namespace continuo::steering
