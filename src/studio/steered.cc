// Works that write around what is given, under wishes.
#include <algorithm>

#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "continuo/generation/wishes.h"
#include "continuo/midi/extend.h"
#include "continuo/midi/midi.h"
#include "continuo/steering/steer.h"
#include "studio/edit.h"
#include "studio/steered_command.h"
#include "studio/view.h"
#include "studio/work_tools.h"

namespace continuo::studio {
namespace {

constexpr int kMaxTakes = 8, kMaxNewBars = 256;
constexpr std::size_t kParticles = 16;

/// "bars": [5, 8], both counted from 1, within the `last` that there are.
std::pair<int, int> bars_asked(const Json& request, int last) {
  const auto bars = request.find("bars");
  if (bars == request.end()) return {1, last};
  const auto whole = [&](std::size_t i) { return i < bars->size() && (*bars)[i].is_number_integer(); };
  if (!bars->is_array() || bars->size() != 2 || !whole(0) || !whole(1))
    refuse("bars must be [first, last]", "bars", "");
  const Json object = {{"first bar", (*bars)[0]}, {"last bar", (*bars)[1]}};
  const auto first = static_cast<int>(whole_of(object, "first bar", 1, last));
  return {first, static_cast<int>(whole_of(object, "last bar", first, last))};
}

/// The tracks that may change, from 1; empty: all. Locked ones never do.
std::vector<int> tracks_asked(const Json& request, const Score& score, const std::vector<Channel>& mixer) {
  const auto locked = [&](std::size_t track) { return track < mixer.size() && mixer[track].locked; };
  std::vector<int> tracks;
  if (const auto list = request.find("tracks"); list != request.end() && !list->empty()) {
    if (!list->is_array()) refuse("tracks must be a list", "tracks", "");
    for (const Json& one : *list) {
      const Json object = {{"track", one}};
      const auto track =
          static_cast<std::size_t>(whole_of(object, "track", 0, static_cast<std::int64_t>(score.tracks.size()) - 1));
      if (locked(track)) refuse("track " + std::to_string(track + 1) + " is locked", "tracks", "Unlock it first.");
      tracks.push_back(static_cast<int>(track) + 1);
    }
    return tracks;
  }
  bool all = true;
  for (std::size_t t = 0; t < score.tracks.size(); ++t) {
    all = all && !locked(t);
    if (!locked(t)) tracks.push_back(static_cast<int>(t) + 1);
  }
  if (tracks.empty()) refuse("every track is locked", "tracks", "Unlock one first.");
  return all ? std::vector<int>() : tracks;
}

/// What of the settings also holds where something stands already: how the model is sampled, style, seed.
Json of_sampling(const Json& settings) {
  Json kept = Json::object();
  for (const auto& [name, value] : settings.items())
    for (const char* word : {"seed", "style", "temperature", "kind_temperatures", "top_k", "top_p", "argmax"})
      if (name == word) kept[name] = value;
  return kept;
}

steering::Request steered(const Desk& desk, const Json& request, Score given, steering::Outline outline) {
  const Json settings = settings_of(request);
  const auto options = compose_options(of_sampling(settings), *desk.model);
  steering::Request steer{.given = std::move(given),
                          .outline = std::move(outline),
                          .sampling = options.sampling,
                          .label = options.label,
                          .seed = options.seed,
                          .particles = kParticles};
  if (const auto wishes = request.find("wishes"); wishes != request.end())
    steer.wishes = steering::wishes_from_json(wishes->dump());
  if (steer.wishes.key.empty() && settings.contains("key")) steer.wishes.key = word_of(settings, "key");
  return steer;
}

/// Writes while somebody waits.
std::vector<steering::Result> run(const Desk& desk, const steering::Request& request, Sink& sink) {
  std::stop_source stop;
  double told = -1;
  const auto look = [&](const Progress& progress) {
    constexpr double kStep = 0.02;
    const double share =
        static_cast<double>(progress.done) / static_cast<double>(std::max<std::uint64_t>(1, progress.total));
    if (!sink.alive() || desk.gate.closed()) stop.request_stop();
    if (share < told + kStep && share >= told) return;
    told = share;
    send_event(sink, "progress", {{"share", share}});
  };
  return steering::steer(desk.model->loaded, request, look, stop.get_token());
}

/// What a work on a take asks for, and what its takes are called.
struct Task {
  steering::Request steer;
  std::string kind, words;
  SteeredCommand command;
};

/// Of what is written beside the given events: they stay as they are in the file.
std::vector<std::uint8_t> steered_file_of(const Task& task, const TakeMusic& parent, const steering::Result& result) {
  if (task.command.name == "accompany")
    if (auto bytes = midi::extend(parent.bytes, {result.score, result.added})) return *bytes;
  return midi::write(result.score);
}

std::vector<std::string> place_words(std::pair<int, int> bars, const std::vector<int>& tracks) {
  std::vector<std::string> words = {"--bars", std::to_string(bars.first) + "-" + std::to_string(bars.second)};
  std::string list;
  for (const int track : tracks) list += (list.empty() ? "" : ",") + std::to_string(track);
  if (!list.empty()) words.insert(words.end(), {"--tracks", list});
  return words;
}

void work_on(const Desk& desk, const std::string& id, int take, const Json& request, Sink& sink, const auto& task_of) {
  guarded(sink, [&] {
    const auto parent = desk.store.music(id, take);
    Task task = task_of(parent->score, desk.store.piece(id).mixer);
    task.steer.count = static_cast<std::size_t>(whole_of(request, "takes", 1, kMaxTakes, 4));
    const Place place(desk.gate, sink);
    const auto begun = Clock::now();
    const auto results = run(desk, task.steer, sink);
    task.command.piece = desk.store.file_of(id, take);
    const std::string command = command_of(task.command, task.steer, of_sampling(settings_of(request)), *desk.model);
    for (std::size_t i = 0; i < results.size(); ++i) {
      Json how = request;
      how["seed"] = task.steer.seed;
      const int added = desk.store.add(
          id, {.take = {.parent = take,
                        .kind = task.kind,
                        .words = task.words + (results.size() > 1 ? ", " + std::to_string(i + 1) : ""),
                        .how = std::move(how),
                        .command = command + (task.steer.count > 1 ? "  # new-" + std::to_string(i + 1) + ".mid" : ""),
                        .warnings = results[i].warnings},
               .bytes = steered_file_of(task, *parent, results[i]),
               .new_is_composed = true,
               .show = false});
      send_take(desk, id, added, seconds_since(begun), sink);
    }
    send_event(sink, "piece", piece_view(desk.store.piece(id)));
    send_event(sink, "done", Json::object());
  });
}

std::string bars_in_words(std::pair<int, int> bars) {
  return bars.first == bars.second ? "bar " + std::to_string(bars.first)
                                   : "bars " + std::to_string(bars.first) + " to " + std::to_string(bars.second);
}

}  // namespace

void regenerate_take(const Desk& desk, const std::string& id, int take, const Json& request, Sink& sink) {
  work_on(desk, id, take, request, sink, [&](const Score& score, const std::vector<Channel>& mixer) {
    const auto bars = bars_asked(request, steering::bars_of(score));
    const auto tracks = tracks_asked(request, score, mixer);
    return Task{steered(desk, request, score, steering::gap(bars.first, bars.second, tracks)),
                "regenerate",
                bars_in_words(bars) + " anew",
                {"infill", {}, place_words(bars, tracks)}};
  });
}

void vary_take(const Desk& desk, const std::string& id, int take, const Json& request, Sink& sink) {
  work_on(desk, id, take, request, sink, [&](const Score& score, const std::vector<Channel>& mixer) {
    const auto bars = bars_asked(request, steering::bars_of(score));
    const auto tracks = tracks_asked(request, score, mixer);
    Task task{steered(desk, request, score, steering::gap(bars.first, bars.second, tracks)),
              "vary",
              bars_in_words(bars) + " varied",
              {"vary", {}, place_words(bars, tracks)}};
    if (task.steer.wishes.keep == steering::Keep::kNothing && task.steer.wishes.amount == 1)
      task.steer.wishes.keep = steering::Keep::kRhythm;
    return task;
  });
}

void accompany_take(const Desk& desk, const std::string& id, int take, const Json& request, Sink& sink) {
  work_on(desk, id, take, request, sink, [&](const Score& score, const std::vector<Channel>&) {
    const auto bars = bars_asked(request, steering::bars_of(score));
    const auto wishes = generation::wishes_of({.instruments = word_of(request, "instruments")});
    if (wishes.programs.empty() && !wishes.drums) refuse("no instrument was named", "instruments", "Name one or more.");
    auto outline = steering::accompaniment(bars.second, wishes.programs, wishes.drums);
    outline.free.front().first_bar = bars.first;
    auto words = place_words(bars, {});
    words.insert(words.end(), {"--instruments", word_of(request, "instruments")});
    Task task{steered(desk, request, score, outline),
              "accompany",
              "with " + word_of(request, "instruments"),
              {"accompany", {}, std::move(words)}};
    task.steer.wishes.programs = wishes.programs;
    task.steer.wishes.drums = wishes.drums;
    const auto asked = request.find("wishes");
    if (asked == request.end() || !asked->contains("every_bar")) task.steer.wishes.every_bar = true;
    return task;
  });
}

void compose_steered(const Desk& desk, const Json& request, Sink& sink) {
  guarded(sink, [&] {
    const Json settings = settings_of(request);
    if (settings.contains("seconds") || !settings.contains("bars"))
      refuse("a piece under these wishes has a length in bars", "bars", "Ask for bars in place of seconds.");
    const auto bars = static_cast<int>(whole_of(settings, "bars", 1, kMaxNewBars));
    const generation::Wishes asked = generation::wishes_of({.key = settings.value("key", ""),
                                                            .instruments = settings.value("instruments", ""),
                                                            .tempo = settings.value("tempo", ""),
                                                            .metre = settings.value("metre", "")});
    steering::Request steer = steered(desk, request, {}, steering::continuation(0, bars));
    SteeredCommand command{"compose", {}, {"--bars", std::to_string(bars)}};
    for (const char* name : {"instruments", "tempo", "metre"})
      if (settings.contains(name))
        command.words.insert(command.words.end(), {std::string("--") + name, word_of(settings, name)});
    steer.wishes.programs = asked.programs;
    steer.wishes.drums = asked.drums;
    steer.wishes.tempo = asked.tempo;
    steer.wishes.metre = asked.metre;
    const Place place(desk.gate, sink);
    const auto begun = Clock::now();
    const auto results = run(desk, steer, sink);
    if (results.empty()) refuse("nothing keeps these wishes", "wishes", "Ask for less.");
    const std::string title =
        request.contains("title") ? word_of(request, "title") : natural_title(results.front().score);
    const std::string id = desk.store.create(title).id;
    const int take =
        desk.store.add(id, {.take = {.kind = "compose",
                                     .words = "composed, seed " + std::to_string(steer.seed),
                                     .how = request,
                                     .command = command_of(command, steer, of_sampling(settings), *desk.model),
                                     .warnings = results.front().warnings},
                            .bytes = midi::write(results.front().score),
                            .new_is_composed = true});
    send_event(sink, "piece", piece_view(desk.store.piece(id)));
    send_take(desk, id, take, seconds_since(begun), sink);
    send_event(sink, "done", Json::object());
  });
}

}  // namespace continuo::studio
