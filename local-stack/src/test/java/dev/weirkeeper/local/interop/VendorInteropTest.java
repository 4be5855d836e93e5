package dev.weirkeeper.local.interop;

import dev.weirkeeper.local.junit.KafkaForTests;
import dev.weirkeeper.local.junit.WithBroker;
import org.junit.jupiter.api.Test;

@WithBroker
class VendorInteropTest {

  @Test
  void ten_thousand_random_records_of_every_type_go_both_ways_through_the_local_registry(
      KafkaForTests kafka) throws Exception {
    Interop.exchange(kafka.registryUrl(), kafka.prefix(), Interop.RECORDS, 6);
  }
}
