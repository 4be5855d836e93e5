package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent;
import dev.weirkeeper.planner.money.NanoUsd;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The core's values as JSON that people can read, and back.
 *
 * <p>A record is an object of its components; one of a sealed family has its name under {@code
 * type}. Money is written in dollars, time in ISO 8601. An agent is written once and then named. A
 * component that is absent from an old file is empty, zero or the like: so the core can grow.
 */
final class HistoryJson {
  static final JsonMapper MAPPER = new JsonMapper();

  private final Map<String, Agent> agents;

  HistoryJson(Map<String, Agent> agents) {
    this.agents = new TreeMap<>(agents);
  }

  Map<String, Agent> agents() {
    return agents;
  }

  // Out

  JsonNode write(Object value) {
    if (value instanceof Agent agent) {
      String name = agent.name() + "@" + agent.version();
      // The same name may stand for another definition in the same story.
      for (int i = 2; !agents.getOrDefault(name, agent).equals(agent); i++) {
        name = agent.name() + "@" + agent.version() + "." + i;
      }
      agents.put(name, agent);
      return MAPPER.valueToTree(name);
    }
    return writeWhole(value);
  }

  JsonNode writeWhole(Object value) {
    return switch (value) {
      case NanoUsd amount -> MAPPER.valueToTree(amount.toString());
      case Enum<?> name -> MAPPER.valueToTree(name.name());
      case Instant time -> MAPPER.valueToTree(time.toString());
      case LocalDate day -> MAPPER.valueToTree(day.toString());
      case Duration time -> MAPPER.valueToTree(time.toString());
      case Collection<?> many -> {
        ArrayNode array = MAPPER.createArrayNode();
        many.forEach(one -> array.add(write(one)));
        yield array;
      }
      case Map<?, ?> map -> {
        ObjectNode object = MAPPER.createObjectNode();
        new TreeMap<>(map).forEach((key, one) -> object.set(key.toString(), write(one)));
        yield object;
      }
      case Tally tally -> write(tally.asMap());
      case Record record -> record(record);
      default -> MAPPER.valueToTree(value);
    };
  }

  private ObjectNode record(Record value) {
    ObjectNode object = MAPPER.createObjectNode();
    if (ofSealedFamily(value.getClass())) {
      object.put("type", value.getClass().getSimpleName());
    }
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      Object part = get(component, value);
      if (part instanceof Optional<?> optional) {
        optional.ifPresent(one -> object.set(component.getName(), write(one)));
      } else {
        object.set(component.getName(), write(part));
      }
    }
    return object;
  }

  private static boolean ofSealedFamily(Class<?> type) {
    for (Class<?> family : type.getInterfaces()) {
      if (family.isSealed()) {
        return true;
      }
    }
    return false;
  }

  private static Object get(RecordComponent component, Record value) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  // In

  <T> T read(Class<T> type, JsonNode node) {
    return type.cast(Objects.requireNonNull(read((Type) type, node)));
  }

  private @Nullable Object read(Type type, JsonNode node) {
    if (type instanceof ParameterizedType generic) {
      Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
      return switch (generic.getRawType()) {
        case Class<?> raw when raw == Optional.class ->
            node.isMissingNode() ? Optional.empty() : Optional.ofNullable(read(last, node));
        case Class<?> raw when raw == Map.class -> {
          Map<String, Object> map = new LinkedHashMap<>();
          node.properties().forEach(e -> map.put(e.getKey(), read(last, e.getValue())));
          yield map;
        }
        case Class<?> raw when raw == List.class -> {
          List<Object> list = new ArrayList<>();
          node.forEach(one -> list.add(read(last, one)));
          yield list;
        }
        default -> throw new IllegalArgumentException("no rule for " + type);
      };
    }
    Class<?> raw = (Class<?>) type;
    if (raw == String.class) {
      return node.isMissingNode() ? "" : node.stringValue();
    } else if (raw == int.class || raw == Integer.class) {
      return node.isMissingNode() ? 0 : node.intValue();
    } else if (raw == long.class) {
      return node.isMissingNode() ? 0L : node.longValue();
    } else if (raw == boolean.class) {
      return !node.isMissingNode() && node.booleanValue();
    } else if (raw == NanoUsd.class) {
      return node.isMissingNode() ? NanoUsd.ZERO : money(node.stringValue());
    } else if (raw == Instant.class) {
      return Instant.parse(node.stringValue());
    } else if (raw == LocalDate.class) {
      return LocalDate.parse(node.stringValue());
    } else if (raw == Duration.class) {
      return Duration.parse(node.stringValue());
    } else if (raw == Agent.class && node.isString()) {
      return Objects.requireNonNull(agents.get(node.stringValue()), node.stringValue());
    } else if (raw.isEnum()) {
      for (Object constant : raw.getEnumConstants()) {
        if (((Enum<?>) constant).name().equals(node.stringValue())) {
          return constant;
        }
      }
    } else if (raw.isSealed()) {
      for (Class<?> member : raw.getPermittedSubclasses()) {
        if (member.getSimpleName().equals(node.path("type").stringValue())) {
          return record(member, node);
        }
      }
    } else if (raw.isRecord()) {
      return record(raw, node);
    }
    throw new IllegalArgumentException("can't read a " + raw.getSimpleName() + " from " + node);
  }

  private Object record(Class<?> type, JsonNode node) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    @Nullable Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = read(components[i].getGenericType(), node.path(components[i].getName()));
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("can't make a " + type.getSimpleName(), e);
    }
  }

  private static NanoUsd money(String text) {
    return text.equals("no limit")
        ? NanoUsd.UNLIMITED
        : new NanoUsd(new BigDecimal(text.replace("$", "")).movePointRight(9).longValueExact());
  }
}
