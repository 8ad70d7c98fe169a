// Facts and counters as JSON: every field a value of its type, or {"absent": reason}.
#include "reports/codec/checked.h"
#include "reports/codec/evidence_codec.h"

namespace ga {
namespace {

Json value_to_json(std::int64_t value) { return value; }
Json value_to_json(bool value) { return value; }
Json value_to_json(const std::string& value) { return as_fact(value); }
template <class Entry>
Json value_to_json(const std::vector<Entry>& list);

template <class T>
void write_facts(Json& out, const T& facts) {
  T::visit_fields(facts, [&](const char* name, const auto& fact) {
    out.add(name, fact ? value_to_json(*fact) : Json().add("absent", as_fact(fact.absent)));
  });
}

template <class Entry>
Json value_to_json(const std::vector<Entry>& list) {
  return list_to_json(list, [](const Entry& entry) {
    Json out;
    write_facts(out, entry);
    return out;
  });
}

bool take(const Json& json, KnownInt& fact) {
  if (json.is_int()) fact = json.as_int();
  return json.is_int();
}
bool take(const Json& json, KnownFlag& fact) {
  if (json.is_bool()) fact = json.as_bool();
  return json.is_bool();
}
bool take(const Json& json, KnownText& fact) {
  const bool good = json.is_string() && json.as_string().size() <= kMaxText &&
                    is_printable_ascii(json.as_string());
  if (good) fact = json.as_string();
  return good;
}
std::string_view kind_of(const KnownInt&) { return "an integer"; }
std::string_view kind_of(const KnownFlag&) { return "true or false"; }
std::string_view kind_of(const KnownText&) { return "a printable ASCII string"; }
template <class Entry>
std::string_view kind_of(const KnownList<Entry>&) {
  return "an array";
}

// Whether it is {"absent": reason}, and then the fact is.
template <class K>
bool take_absence(const Json& json, K& fact) {
  const Json* reason = json.find("absent");
  KnownText text;
  if (reason == nullptr || json.as_object().size() != 1 || !take(*reason, text)) return false;
  fact = K::missing(*text);
  return true;
}

template <class K>
void read_fact(Fields& fields, std::string_view name, K& fact) {
  const Json& json = fields.any(name);
  if (take(json, fact) || take_absence(json, fact)) return;
  fields.refuse(name, fmt::format("must be {} or {{\"absent\": reason}}", kind_of(fact)));
}

template <class Entry>
void read_fact(Fields& fields, std::string_view name, KnownList<Entry>& fact);

template <class T>
void read_facts(Fields& fields, T& facts) {
  T::visit_fields(facts, [&](const char* name, auto& fact) { read_fact(fields, name, fact); });
}

template <class Entry>
void read_fact(Fields& fields, std::string_view name, KnownList<Entry>& fact) {
  const Json& json = fields.any(name);
  if (take_absence(json, fact)) return;
  if (!json.is_array()) {
    fields.refuse(name, fmt::format("must be {} or {{\"absent\": reason}}", kind_of(fact)));
    return;
  }
  const auto read_entry = [](const Json& element, const std::string& path) -> Result<Entry> {
    Fields members(element, path);
    Entry entry;
    read_facts(members, entry);
    GA_CHECK(members.close());
    return entry;
  };
  auto list = read_list<Entry>(fields, name, read_entry);
  if (list) {
    fact = *std::move(list);
  } else {
    fields.refuse(list.error());
  }
}

template <class T>
Json facts_of(const T& facts) {
  Json out;
  write_facts(out, facts);
  return out;
}

// A required member that is an object of facts.
template <class T>
Status read_part(Fields& parent, std::string_view key, T& facts) {
  Fields fields(parent.any(key), fmt::format("{}.{}", parent.path(), key));
  read_facts(fields, facts);
  return fields.close();
}

Json gpu_to_json(const GpuFacts& gpu) {
  Json out;
  out.add("unit_id", as_name(gpu.unit_id));
  write_facts(out, gpu);
  return out;
}

Result<GpuFacts> gpu_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  GpuFacts gpu;
  gpu.unit_id = read_name(fields, "unit_id");
  read_facts(fields, gpu);
  GA_CHECK(fields.close());
  return gpu;
}

}  // namespace

Json to_json(const Facts& facts) {
  Json out;
  out.add("node", facts_of(facts.node)).add("host", facts_of(facts.host));
  out.add("bmc", facts_of(facts.bmc));
  return out.add("gpus", list_to_json(facts.gpus, gpu_to_json));
}

Result<Facts> facts_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Facts facts;
  GA_CHECK(read_part(fields, "node", facts.node));
  GA_CHECK(read_part(fields, "host", facts.host));
  GA_CHECK(read_part(fields, "bmc", facts.bmc));
  GA_TRY(facts.gpus, read_list<GpuFacts>(fields, "gpus", gpu_from_json));
  GA_CHECK(fields.close());
  return facts;
}

Json to_json(const GpuCounters& counters) {
  Json out;
  out.add("unit_id", as_name(counters.unit_id));
  write_facts(out, counters);
  return out;
}

Result<GpuCounters> counters_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  GpuCounters counters;
  counters.unit_id = read_name(fields, "unit_id");
  read_facts(fields, counters);
  GA_CHECK(fields.close());
  return counters;
}

Json to_json(const NodeCounters& counters) { return facts_of(counters); }

Result<NodeCounters> node_counters_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  NodeCounters counters;
  read_facts(fields, counters);
  GA_CHECK(fields.close());
  return counters;
}

}  // namespace ga
