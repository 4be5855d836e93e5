/**
 * How a person's decision on a call is signed and verified, so that the right to write to the
 * decision topic is not yet the right to approve.
 *
 * <p>A signature is plain Ed25519 (RFC 8032) over the bytes of {@link
 * dev.weirkeeper.schemas.approval.SignedDecision#bytes}, which name every field an approver answers
 * for. It binds a decision to one call, its arguments and its session; that a decision is used only
 * once is the planner's to see to, by its id. Keys are in the usual forms: a private key as PKCS
 * #8, public keys as X.509 SubjectPublicKeyInfo, in PEM:
 *
 * <pre>
 * openssl genpkey -algorithm ed25519 -out approver.pem
 * openssl pkey -in approver.pem -pubout -out approver.pub.pem
 * </pre>
 *
 * <p>Who may decide what is not known here: whoever holds the private key has checked that.
 *
 * <p>Start with {@link dev.weirkeeper.schemas.approval.ApproverKey} to sign and {@link
 * dev.weirkeeper.schemas.approval.TrustedApprovers} to verify.
 */
@NullMarked
package dev.weirkeeper.schemas.approval;

import org.jspecify.annotations.NullMarked;
