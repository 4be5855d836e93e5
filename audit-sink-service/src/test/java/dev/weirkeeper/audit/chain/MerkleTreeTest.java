package dev.weirkeeper.audit.chain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MerkleTreeTest {

  /** From the test vectors that Certificate Transparency implementations share. */
  @Test
  void roots_are_those_of_rfc_6962() {
    String[] leaves = {
      "",
      "00",
      "10",
      "2021",
      "3031",
      "40414243",
      "5051525354555657",
      "606162636465666768696a6b6c6d6e6f"
    };
    String[] roots = {
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    };
    MerkleTree tree = new MerkleTree();

    for (int i = 0; i < leaves.length; i++) {
      tree.add(HexFormat.of().parseHex(leaves[i]));
      assertThat(tree.root()).as("of %d leaves", i + 1).isEqualTo(roots[i]);
    }
  }

  @Test
  void the_root_of_nothing_is_the_hash_of_nothing() {
    assertThat(new MerkleTree().root())
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 8, 9, 100})
  void a_proof_leads_from_its_record_to_the_root_and_from_no_other(int size) {
    List<byte[]> digests = new ArrayList<>();
    MerkleTree tree = new MerkleTree();
    for (int i = 0; i < size; i++) {
      digests.add(("digest " + i).getBytes(UTF_8));
      tree.add(digests.get(i));
    }
    String root = tree.root();
    Random random = new Random(size);

    for (int i = 0; i < size; i++) {
      List<String> proof = MerkleTree.proof(digests, i);
      assertThat(MerkleTree.proves(digests.get(i), i, size, proof, root)).isTrue();
      assertThat(MerkleTree.proves("other".getBytes(UTF_8), i, size, proof, root)).isFalse();
      int elsewhere = random.nextInt(size);
      assertThat(MerkleTree.proves(digests.get(i), elsewhere, size, proof, root))
          .isEqualTo(elsewhere == i);
    }
  }
}
