// Composing, step by step, with what there is so far as events.
#include "studio/works.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "continuo/base/base64.h"
#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "continuo/generation/session.h"
#include "continuo/midi/extend.h"
#include "continuo/midi/midi.h"
#include "continuo/music/excerpt.h"
#include "continuo/music/time.h"
#include "studio/edit.h"
#include "studio/sound.h"
#include "studio/view.h"
#include "studio/work_tools.h"

namespace continuo::studio {
namespace {

using generation::ComposeOptions;
using generation::Composition;

constexpr std::chrono::milliseconds kLook{50};  ///< between two looks at whether somebody reads
constexpr Seconds kFirstSound = 2;              ///< of a piece that is not finished

/// The first seconds, as soon as they stand.
void send_first_sound(const Desk& desk, const Score& score, Sink& sink) {
  std::vector<std::uint8_t> samples;
  play(score, {.from = 0, .seconds = kFirstSound, .soundfont = desk.soundfont}, [&](std::string_view bytes) {
    samples.insert(samples.end(), bytes.begin(), bytes.end());
    return true;
  });
  send_event(sink, "sound", {{"seconds", kFirstSound}, {"rate", kSampleRate}, {"samples", base64(samples)}});
}

struct Watching {
  bool sound = false;  ///< whether the first seconds are sent
};

struct Watched {
  Composition piece;
  bool resound = false;  ///< composing went back into what was sent as sound
};

/// Composes to the end, and shows what there is. Throws Interrupted when nobody reads.
Watched watch(const Desk& desk, const ComposeOptions& options, const Watching& how, Sink& sink) {
  std::stop_source stop;
  generation::Session session(desk.model->loaded, options, stop.get_token());
  auto looked = Clock::now();
  auto next_view = looked + std::chrono::milliseconds(25);
  std::optional<Score> sounded;
  while (!generation::finished(session.next())) {
    const auto now = Clock::now();
    if (now - looked < kLook && now < next_view) continue;
    looked = now;
    if (!sink.alive() || desk.gate.closed()) throw Interrupted("stopped");
    if (now < next_view) continue;
    const Composition so_far = session.result();
    if (note_count(so_far.score) > 0) {
      send_event(sink, "notes",
                 {{"share", std::min(1.0, session.share())}, {"score", score_view(so_far.score, nullptr)}});
      if (how.sound && !sounded && duration_seconds(so_far.score) >= kFirstSound + 2) {
        send_first_sound(desk, so_far.score, sink);
        sounded = first_seconds(so_far.score, kFirstSound);
      }
    }
    next_view = Clock::now() + std::max<Clock::duration>(std::chrono::milliseconds(70), 3 * (Clock::now() - now));
  }
  Watched watched{session.result()};
  watched.resound = sounded && first_seconds(watched.piece.score, kFirstSound).tracks != sounded->tracks;
  return watched;
}

/// The parent's own file with the new music in it where that can be, else the score.
std::vector<std::uint8_t> file_of(const TakeMusic& parent, const Composition& piece) {
  if (auto bytes = midi::extend(parent.bytes, {piece.score, piece.added})) return *bytes;
  return midi::write(piece.score);
}

}  // namespace

void compose_piece(const Desk& desk, const Json& request, Sink& sink) {
  if (request.contains("wishes")) return compose_steered(desk, request, sink);
  guarded(sink, [&] {
    Json settings = settings_of(request);
    const ComposeOptions options = compose_options(settings, *desk.model);
    settings["seed"] = options.seed;
    const Place place(desk.gate, sink);
    const auto begun = Clock::now();
    const auto [piece, resound] = watch(desk, options, {.sound = flag_of(request, "sound", false)}, sink);
    const double spent = seconds_since(begun);
    const std::string title = request.contains("title") ? word_of(request, "title") : natural_title(piece.score);
    const std::string id = desk.store.create(title).id;
    const int take = desk.store.add(id, {.take = {.kind = "compose",
                                                  .words = "composed, seed " + std::to_string(options.seed),
                                                  .how = settings,
                                                  .command = command_of(settings, desk.model->named),
                                                  .warnings = piece.warnings},
                                         .bytes = midi::write(piece.score),
                                         .new_is_composed = true});
    send_event(sink, "piece", piece_view(desk.store.piece(id)));
    if (resound) send_event(sink, "resound", Json::object());
    send_take(desk, id, take, spent, sink);
    send_event(sink, "done", Json::object());
  });
}

void continue_take(const Desk& desk, const std::string& id, int take, const Json& request, Sink& sink) {
  guarded(sink, [&] {
    Json settings = settings_of(request);
    settings["bars"] = whole_of(request, "bars", 1, 256);
    settings.erase("seconds");
    ComposeOptions options = compose_options(settings, *desk.model);
    const auto parent = desk.store.music(id, take);
    options.start = generation::StartKind::kPrompt;
    options.prompt = parent->score;
    const Place place(desk.gate, sink);
    const auto begun = Clock::now();
    const Composition piece = watch(desk, options, {}, sink).piece;
    const int bars = *options.bars;
    const int added = desk.store.add(id, {.take = {.parent = take,
                                                   .kind = "continue",
                                                   .words = counted(static_cast<std::uint64_t>(bars), "bar") + " more",
                                                   .how = settings,
                                                   .warnings = piece.warnings},
                                          .bytes = file_of(*parent, piece),
                                          .new_is_composed = true});
    send_event(sink, "piece", piece_view(desk.store.piece(id)));
    send_take(desk, id, added, seconds_since(begun), sink);
    send_event(sink, "done", Json::object());
  });
}

}  // namespace continuo::studio
