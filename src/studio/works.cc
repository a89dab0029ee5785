// Composing, step by step, with what there is so far as events.
#include "studio/works.h"

#include <algorithm>
#include <chrono>

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

namespace continuo::studio {
namespace {

using Clock = std::chrono::steady_clock;
using generation::ComposeOptions;
using generation::Composition;

constexpr std::chrono::milliseconds kLook{50};  ///< between two looks at whether somebody reads
constexpr Seconds kFirstSound = 2;              ///< of a piece that is not finished
constexpr int kMostTakes = 8;

double seconds_since(Clock::time_point begun) { return std::chrono::duration<double>(Clock::now() - begun).count(); }

/// One place of the gate.
class Place {
 public:
  Place(Gate& gate, Sink& sink) : gate_(gate), has_(gate.enter(sink)) {
    if (!has_) throw Interrupted("nobody waits for it any more");
  }
  ~Place() {
    if (has_) gate_.leave();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  Gate& gate_;
  bool has_;
};

/// The first seconds, as soon as they stand.
bool send_first_sound(const Desk& desk, const Score& score, Sink& sink) {
  std::vector<std::uint8_t> samples;
  play(score, {.from = 0, .seconds = kFirstSound, .soundfont = desk.soundfont}, [&](std::string_view bytes) {
    samples.insert(samples.end(), bytes.begin(), bytes.end());
    return true;
  });
  send_event(sink, "sound", {{"seconds", kFirstSound}, {"rate", kSampleRate}, {"samples", base64(samples)}});
  return true;
}

struct Watching {
  bool sound = false;       ///< whether the first seconds are sent
  Seconds sound_after = 0;  ///< so much must stand before
};

/// Composes to the end, and shows what there is. Throws Interrupted when nobody reads.
Composition watch(const Desk& desk, const ComposeOptions& options, const Watching& how, Sink& sink) {
  std::stop_source stop;
  generation::Session session(desk.model.loaded, options, stop.get_token());
  auto looked = Clock::now();
  auto next_view = looked;
  bool sounded = !how.sound;
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
      if (!sounded && duration_seconds(so_far.score) >= kFirstSound + 2)
        sounded = send_first_sound(desk, so_far.score, sink);
    }
    next_view = Clock::now() + std::max<Clock::duration>(std::chrono::milliseconds(70), 3 * (Clock::now() - now));
  }
  return session.result();
}

/// Runs a work; what goes wrong becomes an event.
template <class Body>
void guarded(Sink& sink, const Body& body) {
  try {
    body();
  } catch (const Interrupted&) {
    send_event(sink, "stopped", Json::object());
  } catch (const Error& error) {
    send_event(sink, "error", error_view(error)["error"]);
  } catch (const std::exception& error) {
    send_event(sink, "error", {{"code", "system"}, {"message", error.what()}, {"hint", ""}, {"about", ""}});
  }
}

void send_take(const Desk& desk, const std::string& id, int take, double spent, Sink& sink) {
  const Piece piece = desk.store.piece(id);
  Json view = take_view(piece, piece.takes.at(take), *desk.store.music(id, take));
  view["spent"] = spent;
  send_event(sink, "take", view);
}

Json settings_of(const Json& request) {
  if (!request.is_object())
    throw Error({.message = "a request must be an object", .code = ErrorCode::kInvalidArgument});
  const auto settings = request.find("settings");
  if (settings == request.end()) return Json::object();
  if (!settings->is_object())
    throw Error({.message = "settings must be an object", .code = ErrorCode::kInvalidArgument, .about = "settings"});
  return *settings;
}

/// The parent's own file with the new music in it where that can be, else the score.
std::vector<std::uint8_t> file_of(const TakeMusic& parent, const Composition& piece, std::optional<Tick> end) {
  if (auto bytes = midi::extend(parent.bytes, {piece.score, piece.added}, {.end = end})) return *bytes;
  return midi::write(piece.score);
}

}  // namespace

bool Gate::enter(Sink& sink) {
  std::unique_lock lock(mutex_);
  const std::uint64_t mine = next_++;
  while (!closed_) {
    while (std::erase(gone_, served_) > 0) ++served_;
    if (served_ == mine && places_ > 0) {
      ++served_;
      --places_;
      changed_.notify_all();
      return true;
    }
    if (changed_.wait_for(lock, std::chrono::milliseconds(200)) == std::cv_status::timeout) {
      lock.unlock();
      const bool waits = sink.alive();
      lock.lock();
      if (!waits) break;
    }
  }
  gone_.push_back(mine);
  changed_.notify_all();
  return false;
}

void Gate::leave() {
  const std::scoped_lock lock(mutex_);
  ++places_;
  changed_.notify_all();
}

void Gate::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void send_event(Sink& sink, const char* name, const Json& data) {
  sink.write("event: " + std::string(name) + "\ndata: " + text_of_json(data) + "\n\n");
}

void compose_piece(const Desk& desk, const Json& request, Sink& sink) {
  guarded(sink, [&] {
    Json settings = settings_of(request);
    const ComposeOptions options = compose_options(settings, desk.model);
    settings["seed"] = options.seed;
    const Place place(desk.gate, sink);
    const auto begun = Clock::now();
    const Composition piece = watch(desk, options, {.sound = flag_of(request, "sound", false)}, sink);
    const double spent = seconds_since(begun);
    const std::string title = request.contains("title") ? word_of(request, "title") : "";
    const std::string id = desk.store.create(title).id;
    const int take = desk.store.add(id, {.take = {.kind = "compose",
                                                  .words = "composed, seed " + std::to_string(options.seed),
                                                  .how = settings,
                                                  .command = command_of(settings),
                                                  .warnings = piece.warnings},
                                         .bytes = midi::write(piece.score),
                                         .new_is_composed = true});
    send_event(sink, "piece", piece_view(desk.store.piece(id)));
    send_take(desk, id, take, spent, sink);
    send_event(sink, "done", Json::object());
  });
}

void continue_take(const Desk& desk, const std::string& id, int take, const Json& request, Sink& sink) {
  guarded(sink, [&] {
    Json settings = settings_of(request);
    settings["bars"] = whole_of(request, "bars", 1, 256);
    settings.erase("seconds");
    ComposeOptions options = compose_options(settings, desk.model);
    const auto parent = desk.store.music(id, take);
    options.start = generation::StartKind::kPrompt;
    options.prompt = parent->score;
    const Place place(desk.gate, sink);
    const auto begun = Clock::now();
    const Composition piece = watch(desk, options, {}, sink);
    const int bars = *options.bars;
    const int added = desk.store.add(id, {.take = {.parent = take,
                                                   .kind = "continue",
                                                   .words = counted(static_cast<std::uint64_t>(bars), "bar") + " more",
                                                   .how = settings,
                                                   .warnings = piece.warnings},
                                          .bytes = file_of(*parent, piece, std::nullopt),
                                          .new_is_composed = true});
    send_event(sink, "piece", piece_view(desk.store.piece(id)));
    send_take(desk, id, added, seconds_since(begun), sink);
    send_event(sink, "done", Json::object());
  });
}

void regenerate_take(const Desk& desk, const std::string& id, int take, const Json& request, Sink& sink) {
  guarded(sink, [&] {
    Json settings = settings_of(request);
    const auto parent = desk.store.music(id, take);
    const MeterMap meter(parent->score);
    const int last = meter.bar_at(std::max<Tick>(0, end_tick(parent->score) - 1)).bar + 1;
    const int first = static_cast<int>(whole_of(request, "from_bar", 2, last));
    const int count = static_cast<int>(whole_of(request, "takes", 1, kMostTakes, 4));
    settings["bars"] = last - first + 1;
    settings.erase("seconds");
    ComposeOptions options = compose_options(settings, desk.model);
    const Tick end = meter.bar_start(first - 1);
    options.start = generation::StartKind::kPrompt;
    options.prompt = beginning(parent->score, end);
    options.stop_at_end = false;
    const Place place(desk.gate, sink);
    const auto begun = Clock::now();
    std::stop_source stop;
    const auto look = [&](const Progress&) {
      if (!sink.alive() || desk.gate.closed()) stop.request_stop();
    };
    generation::compose_several(
        desk.model.loaded, options, static_cast<std::size_t>(count), 1,
        [&](std::size_t number, Composition&& piece) {
          if (piece.interrupted) return;
          settings["seed"] = options.seed;
          const int added =
              desk.store.add(id, {.take = {.parent = take,
                                           .kind = "regenerate",
                                           .words = "bars " + std::to_string(first) + " to " + std::to_string(last) +
                                                    " anew, " + std::to_string(number + 1),
                                           .how = settings,
                                           .warnings = piece.warnings},
                                  .bytes = file_of(*parent, piece, end),
                                  .new_is_composed = true,
                                  .show = false});
          send_take(desk, id, added, seconds_since(begun), sink);
        },
        look, stop.get_token());
    send_event(sink, "piece", piece_view(desk.store.piece(id)));
    send_event(sink, "done", Json::object());
  });
}

}  // namespace continuo::studio
