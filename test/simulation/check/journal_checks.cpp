#include "check/checks.h"

namespace firstcome::check {
namespace {

std::string header(const JournalRecord& record, const std::string& name) {
  for (const auto& [key, value] : record.headers) {
    if (key == name) return value;
  }
  return {};
}

/// Every undecodable record is copied out before the position moves past it; twice is allowed.
void check_dead_letters(const Evidence& evidence, const NaiveModel& model, Findings& findings) {
  std::map<Place, const JournalRecord*> copies;
  for (const JournalRecord& letter : evidence.dead_letters) {
    const std::string partition = header(letter, "kafka_dlt-original-partition");
    const std::string offset = header(letter, "kafka_dlt-original-offset");
    const auto number = [](const std::string& bytes) {  // big-endian, as Spring writes it
      std::int64_t n = 0;
      for (const char byte : bytes) n = n << 8 | static_cast<unsigned char>(byte);
      return n;
    };
    copies[{static_cast<Partition>(number(partition)), number(offset)}] = &letter;
  }
  for (std::size_t p = 0; p < evidence.journal.size(); ++p) {
    for (const JournalRecord& record : evidence.journal[p].records) {
      const Place place{static_cast<Partition>(p), record.offset};
      const ModelDecision* decided = model.at(place);
      if (decided->code != Code::Invalid) continue;
      const auto copy = copies.find(place);
      if (copy == copies.end()) {
        findings.push_back(
            {"C4", "the undecodable record at " + words(place) + " is not with the dead letters"});
      } else if (copy->second->value != record.value || copy->second->key != record.key) {
        findings.push_back({"C4", "the dead letter of " + words(place) + " is not the original"});
      }
    }
  }
}

}  // namespace

void check_relays(const Evidence& evidence, const NaiveModel& model, Findings& findings) {
  std::map<Place, int> decided_at_home;
  for (std::size_t p = 0; p < model.partitions(); ++p) {
    for (const auto& [offset, decision] : model.partition(static_cast<Partition>(p)).decisions) {
      if (decision.record.origin && decision.code != Code::Duplicate && decision.code != Code::Invalid) {
        ++decided_at_home[*decision.record.origin];
      }
    }
  }
  for (std::size_t p = 0; p < model.partitions(); ++p) {
    for (const auto& [offset, decision] : model.partition(static_cast<Partition>(p)).decisions) {
      if (decision.code != Code::Forwarded) continue;
      const auto found = decided_at_home.find(decision.place);
      const int times = found == decided_at_home.end() ? 0 : found->second;
      if (times != 1) {
        findings.push_back({"C4", "the misrouted record at " + words(decision.place) + " was decided " +
                                      std::to_string(times) + " times at home"});
      }
    }
  }
  check_dead_letters(evidence, model, findings);
}

void check_appended_once(const Evidence& evidence, const NaiveModel& model, Findings& findings) {
  // Our callers' own records, by who asked for what; relays and other producers' records left out.
  std::map<std::pair<PolicyId, UserId>, int> appended;
  std::map<std::int64_t, Place> numbers;
  for (std::size_t p = 0; p < evidence.journal.size(); ++p) {
    for (const JournalRecord& record : evidence.journal[p].records) {
      const ModelDecision* decided = model.at({static_cast<Partition>(p), record.offset});
      const ReadRecord& read = decided->record;
      if (record.foreign || read.origin || read.kind == ReadRecord::Kind::Unreadable) continue;
      if (read.kind == ReadRecord::Kind::Rules) continue;
      ++appended[{read.policy, read.user}];
      if (!numbers.emplace(read.sequence_number, decided->place).second) {
        findings.push_back({"C10", "sequence number " + std::to_string(read.sequence_number) +
                                       " stands twice in the journal"});
      }
    }
  }
  std::map<std::pair<PolicyId, UserId>, std::pair<int, int>> possible;  // certainly, perhaps
  for (const HistoryRow& row : evidence.history) {
    if (row.asked == Asked::Ticket) continue;
    auto& [certainly, perhaps] = possible[{row.policy, row.user}];
    if (row.place) ++certainly;
    if (row.told == Told::Unknown) ++perhaps;
  }
  for (const auto& [key, count] : appended) possible.try_emplace(key, 0, 0);
  for (const auto& [key, bounds] : possible) {
    const int count = appended.contains(key) ? appended[key] : 0;
    if (count >= bounds.first && count <= bounds.first + bounds.second) continue;
    findings.push_back(
        {"C10", "policy " + std::to_string(key.first.value) + ", user " + std::to_string(key.second.value) +
                    ": " + std::to_string(count) + " records, where " + std::to_string(bounds.first) +
                    " callers were given a place and " + std::to_string(bounds.second) + " may have one"});
  }
}

}  // namespace firstcome::check
