"""The twenty documents of the invented department."""

from __future__ import annotations

from docflow.demo.texts import AN_BINH, COMMUNES, Text
from docflow.model import DocumentType

DEPARTMENT_TEXTS = (
    Text(
        type=DocumentType.QUYET_DINH,
        unit="VP",
        subject="Về việc ban hành Quy chế quản lý và sử dụng con dấu, thiết bị lưu khóa bí mật",
        to=(AN_BINH, "Các phòng, đơn vị thuộc Sở"),
        body="""
        GIÁM ĐỐC SỞ KHOA HỌC VÀ CÔNG NGHỆ

        Căn cứ Luật Giao dịch điện tử ngày 22 tháng 6 năm 2023;

        Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;

        Theo đề nghị của Chánh Văn phòng Sở.

        QUYẾT ĐỊNH:

        Điều 1. Ban hành kèm theo Quyết định này Quy chế quản lý và sử dụng con dấu, thiết bị lưu khóa bí mật
        của Sở.

        Điều 2. Văn thư Sở trực tiếp giữ con dấu và thiết bị lưu khóa bí mật của cơ quan; không giao cho người
        khác khi chưa có sự đồng ý bằng văn bản của Giám đốc.

        Điều 3. Chánh Văn phòng Sở và Trưởng các phòng, đơn vị thuộc Sở chịu trách nhiệm thi hành Quyết định
        này.
        """,
    ),
    Text(
        type=DocumentType.CONG_VAN,
        unit="CĐS",
        subject="đăng ký nhu cầu chứng thư số chuyên dùng công vụ",
        to=(AN_BINH, COMMUNES),
        copies=("Các phòng, đơn vị thuộc Sở",),
        body="""
        Để chuẩn bị cho việc cấp mới và gia hạn chứng thư số trong quý tới, Sở Khoa học và Công nghệ đề nghị các
        cơ quan rà soát, đăng ký nhu cầu sử dụng.

        Danh sách đăng ký ghi rõ họ tên, chức vụ, số định danh cá nhân và thư điện tử công vụ của từng người.
        Chứng thư số của cơ quan do người quản lý con dấu đứng tên nhận thiết bị.

        Các trường hợp chuyển công tác hoặc nghỉ hưu phải được đề nghị thu hồi chứng thư số ngay trong ngày
        quyết định có hiệu lực.

        Danh sách gửi về Sở trước ngày 15 của tháng này để tổng hợp.
        """,
    ),
    Text(
        type=DocumentType.BAO_CAO,
        unit="CĐS",
        subject="Tình hình gửi, nhận văn bản điện tử trên địa bàn tỉnh quý III",
        to=(AN_BINH, "Sở Nội vụ"),
        body="""
        Trong quý III, các cơ quan trong tỉnh đã gửi 61.340 văn bản qua trục liên thông, trong đó 99,2% có đủ
        chữ ký số của người có thẩm quyền và của cơ quan.

        Hệ thống từ chối 214 văn bản do chữ ký số không hợp lệ. Nguyên nhân chủ yếu là chứng thư số đã hết hạn
        hoặc văn bản bị chỉnh sửa sau khi ký.

        Thời gian gián đoạn dịch vụ trong quý là 42 phút, không có văn bản nào bị mất. Sở đã lập biên bản sự cố
        và bổ sung đường truyền dự phòng.

        Sở Khoa học và Công nghệ kiến nghị Ủy ban nhân dân tỉnh đôn đốc bảy xã còn gửi song song bản giấy.
        """,
    ),
    Text(
        type=DocumentType.TO_TRINH,
        unit="QLKH",
        subject="Về việc phê duyệt Danh mục nhiệm vụ khoa học và công nghệ đặt hàng đợt 1",
        to=(AN_BINH,),
        copies=("Sở Tài chính",),
        body="""
        Sở Khoa học và Công nghệ đã tiếp nhận 23 đề xuất nhiệm vụ từ các cơ quan, trường học và doanh nghiệp
        trong tỉnh.

        Hội đồng tư vấn xác định nhiệm vụ đã họp công khai, chấm điểm từng đề xuất và kiến nghị đặt hàng 05
        nhiệm vụ có tính cấp thiết, có địa chỉ ứng dụng rõ ràng.

        Tổng kinh phí dự kiến là 6.400 triệu đồng, nằm trong dự toán đã được giao.

        Sở Khoa học và Công nghệ kính trình Ủy ban nhân dân tỉnh xem xét, phê duyệt Danh mục để có cơ sở tổ chức
        tuyển chọn.
        """,
    ),
    Text(
        type=DocumentType.HUONG_DAN,
        unit="CĐS",
        subject="Kiểm tra chữ ký số trên văn bản điện tử dành cho văn thư xã, phường",
        to=(COMMUNES, AN_BINH),
        body="""
        Sở Khoa học và Công nghệ hướng dẫn văn thư các xã, phường kiểm tra chữ ký số trên văn bản điện tử nhận
        được như sau:

        I. NGUYÊN TẮC

        1. Văn bản điện tử chỉ được đăng ký vào sổ văn bản đến sau khi chữ ký số đã được kiểm tra. Hình ảnh chữ
        ký và hình ảnh con dấu nhìn thấy trên trang giấy không phải là căn cứ; căn cứ duy nhất là kết quả kiểm
        tra bằng phần mềm đối với tệp gốc.

        2. Người kiểm tra không in văn bản ra giấy rồi chụp lại, không mở văn bản bằng trình duyệt rồi lưu thành
        tệp khác, vì các thao tác đó làm mất chữ ký số.

        3. Kết quả kiểm tra được lưu cùng văn bản. Khi có tranh chấp, kết quả này cho biết vào thời điểm nhận,
        chữ ký số đã được đánh giá ra sao và dựa trên thông tin nào.

        II. CÁC BƯỚC KIỂM TRA

        1. Kiểm tra tính toàn vẹn: phần mềm phải khẳng định nội dung không bị thay đổi kể từ lần ký cuối cùng.
        Nếu phần mềm báo văn bản có phần được thêm vào sau khi cơ quan ký số, văn thư trả lại văn bản cho nơi
        gửi.

        2. Kiểm tra người ký: chữ ký thứ nhất phải là của người có thẩm quyền, chữ ký thứ hai phải là của cơ
        quan ban hành. Tên trong chứng thư số phải trùng với tên người ký và tên cơ quan ghi trên văn bản.

        3. Kiểm tra hiệu lực của chứng thư số tại thời điểm ký: chứng thư số chưa hết hạn, chưa bị thu hồi và do
        tổ chức cung cấp dịch vụ chứng thực được tin cậy cấp. Thời điểm ký được xác định theo dấu thời gian,
        không theo đồng hồ của máy tính người ký.

        4. Kiểm tra số, ký hiệu và ngày ban hành: các thông tin này phải được ghi trước khi cơ quan ký số và
        phải trùng với thông tin trong bản tin gửi kèm trên trục liên thông.

        III. XỬ LÝ KẾT QUẢ

        1. Hợp lệ: đăng ký văn bản đến, chuyển người có trách nhiệm xử lý ngay trong ngày.

        2. Không hợp lệ: không đăng ký; trả lại nơi gửi, ghi rõ lý do mà phần mềm đã nêu. Không tự ý sửa tệp để
        chữ ký trở thành hợp lệ.

        3. Chưa đủ thông tin để kết luận: thường do chưa tải được danh sách chứng thư số bị thu hồi. Văn thư thử
        lại khi đường truyền ổn định; quá 24 giờ vẫn chưa kết luận được thì báo cho Sở Khoa học và Công nghệ.

        IV. HỖ TRỢ

        Sở Khoa học và Công nghệ bố trí hai công chức trực hỗ trợ trong giờ làm việc và tổ chức tập huấn tại chỗ
        cho từng cụm xã, phường. Mọi sai sót được tổng hợp hằng tháng, gửi lại các xã, phường để rút kinh nghiệm
        chung, không nêu tên cá nhân.

        Trong quá trình thực hiện, nếu có vướng mắc, đề nghị các xã, phường phản ánh về Phòng Chuyển đổi số của
        Sở để được giải đáp.
        """,
    ),
    Text(
        type=DocumentType.THONG_BAO,
        unit="QLKH",
        subject="Tuyển chọn tổ chức chủ trì nhiệm vụ khoa học và công nghệ cấp tỉnh",
        to=("Các trường đại học, viện nghiên cứu", AN_BINH),
        body="""
        Sở Khoa học và Công nghệ thông báo tuyển chọn tổ chức, cá nhân chủ trì 05 nhiệm vụ khoa học và công nghệ
        cấp tỉnh.

        Hồ sơ gồm đơn đăng ký, thuyết minh nhiệm vụ, lý lịch khoa học của chủ nhiệm và văn bản xác nhận phối
        hợp. Hồ sơ được nộp trực tuyến, ký số đầy đủ, không nhận bản giấy.

        Thời hạn nộp là 30 ngày kể từ ngày đăng thông báo trên trang thông tin điện tử của Sở. Kết quả tuyển
        chọn được công khai chậm nhất 05 ngày làm việc sau khi hội đồng kết thúc phiên họp.
        """,
    ),
    Text(
        type=DocumentType.KE_HOACH,
        unit="CĐS",
        subject="Diễn tập ứng cứu sự cố an toàn thông tin mạng",
        to=(AN_BINH, "Công an tỉnh", COMMUNES),
        body="""
        Sở Khoa học và Công nghệ xây dựng Kế hoạch diễn tập ứng cứu sự cố an toàn thông tin mạng như sau:

        1. Tình huống: hệ thống quản lý văn bản của một xã giả định bị mã hóa dữ liệu và mất kết nối trong giờ
        làm việc.

        2. Yêu cầu: phát hiện trong 15 phút, cô lập trong 30 phút, phục hồi từ bản sao lưu trong 04 giờ và chứng
        minh được không văn bản nào bị sửa đổi.

        3. Lực lượng: Đội ứng cứu sự cố của tỉnh, cán bộ kỹ thuật các xã, phường và doanh nghiệp viễn thông.

        4. Sau diễn tập, Sở tổ chức rút kinh nghiệm và cập nhật quy trình ứng cứu trong 10 ngày.
        """,
    ),
    Text(
        type=DocumentType.CONG_VAN,
        unit="QLCN",
        subject="trả lời kiến nghị của Hợp tác xã Cam Suối Trong về mã truy xuất nguồn gốc",
        to=("Hợp tác xã Cam Suối Trong",),
        copies=(AN_BINH, "Ủy ban nhân dân xã Suối Trong"),
        body="""
        Sở Khoa học và Công nghệ nhận được kiến nghị của Hợp tác xã về việc hỗ trợ cấp mã truy xuất nguồn gốc
        cho sản phẩm cam.

        Sau khi xem xét, Sở trả lời như sau: Hợp tác xã thuộc đối tượng được hỗ trợ một lần chi phí khởi tạo mã
        và được tập huấn miễn phí. Chi phí in tem do Hợp tác xã tự bảo đảm.

        Đề nghị Hợp tác xã gửi bản đăng ký và nhật ký canh tác của vụ gần nhất. Sở sẽ cử công chức đến hướng dẫn
        tại vườn trong 07 ngày làm việc kể từ ngày nhận đủ hồ sơ.
        """,
    ),
    Text(
        type=DocumentType.QUYET_DINH,
        unit="QLKH",
        subject=(
            "Về việc thành lập Hội đồng tư vấn đánh giá, nghiệm thu nhiệm vụ khoa học và công nghệ cấp tỉnh “Nghiên "
            "cứu quy trình nhân giống, canh tác và bảo quản sau thu hoạch cây cam bản địa theo hướng hữu cơ, gắn với "
            "truy xuất nguồn gốc điện tử và phát triển du lịch cộng đồng tại các xã vùng thượng nguồn sông An, tỉnh An "
            "Bình”"
        ),
        to=(AN_BINH, "Các thành viên Hội đồng"),
        body="""
        GIÁM ĐỐC SỞ KHOA HỌC VÀ CÔNG NGHỆ

        Căn cứ Luật Khoa học, công nghệ và đổi mới sáng tạo ngày 27 tháng 6 năm 2025;

        Theo đề nghị của Trưởng phòng Quản lý khoa học.

        QUYẾT ĐỊNH:

        Điều 1. Thành lập Hội đồng tư vấn đánh giá, nghiệm thu gồm 07 thành viên, trong đó có hai ủy viên phản
        biện.

        Điều 2. Hội đồng đánh giá kết quả nhiệm vụ theo nguyên tắc công khai, khách quan và tự giải thể sau khi
        hoàn thành công việc.

        Điều 3. Chánh Văn phòng Sở, Trưởng phòng Quản lý khoa học và các thành viên Hội đồng chịu trách nhiệm
        thi hành Quyết định này.
        """,
    ),
    Text(
        type=DocumentType.GIAY_MOI,
        unit="ĐMST",
        subject="Dự tọa đàm kết nối doanh nghiệp khởi nghiệp sáng tạo",
        to=(AN_BINH, "Hiệp hội Doanh nghiệp tỉnh"),
        body="""
        Sở Khoa học và Công nghệ trân trọng kính mời đại diện Ủy ban nhân dân tỉnh và Hiệp hội Doanh nghiệp tỉnh
        dự tọa đàm kết nối doanh nghiệp khởi nghiệp sáng tạo.

        Thời gian: 14 giờ 00 phút thứ Sáu tuần tới.

        Địa điểm: Phòng họp tầng 3, trụ sở Sở Khoa học và Công nghệ, số 12 đường Tri Thức.

        Mỗi doanh nghiệp có 07 phút giới thiệu sản phẩm và 05 phút trả lời câu hỏi. Sự có mặt của quý đại biểu
        góp phần vào thành công của buổi tọa đàm.
        """,
    ),
    Text(
        type=DocumentType.BAO_CAO,
        unit="QLCN",
        subject="Kết quả kiểm tra phương tiện đo tại các chợ và cửa hàng xăng dầu",
        to=(AN_BINH, "Sở Công Thương"),
        body="""
        Đoàn kiểm tra của Sở đã kiểm tra 186 cân thông dụng tại 14 chợ và 92 cột đo xăng dầu tại 31 cửa hàng.

        Có 11 cân sai số vượt mức cho phép và 01 cột đo bị mất niêm phong. Đoàn đã lập biên bản, yêu cầu ngừng
        sử dụng và chuyển hồ sơ đến người có thẩm quyền xử phạt.

        Ban quản lý các chợ đã được hướng dẫn đặt cân đối chứng ở vị trí dễ thấy. Người tiêu dùng đánh giá cao
        việc có thể tự kiểm tra khối lượng hàng hóa.

        Trong thời gian tới, Sở tiếp tục kiểm tra đột xuất vào các dịp cao điểm mua sắm.
        """,
    ),
    Text(
        type=DocumentType.CONG_VAN,
        unit="VP",
        subject="cử công chức tham gia Tổ công tác rà soát thủ tục hành chính",
        to=("Sở Tư pháp",),
        copies=(AN_BINH,),
        body="""
        Thực hiện chỉ đạo của Chủ tịch Ủy ban nhân dân tỉnh về việc thành lập Tổ công tác rà soát thủ tục hành
        chính, Sở Khoa học và Công nghệ cử ông Vũ Văn Nghiên, chuyên viên Văn phòng Sở, tham gia Tổ công tác.

        Công chức được cử có trách nhiệm tham dự đầy đủ các phiên họp, báo cáo Giám đốc Sở những nội dung liên
        quan đến lĩnh vực khoa học, công nghệ và chuyển đổi số.

        Trường hợp vắng mặt vì lý do bất khả kháng, Sở sẽ cử người thay thế và thông báo trước một ngày làm
        việc.
        """,
    ),
    Text(
        type=DocumentType.QUYET_DINH,
        unit="VP",
        subject="Về việc nâng bậc lương trước thời hạn đối với công chức có thành tích xuất sắc",
        to=("Sở Nội vụ", AN_BINH),
        body="""
        GIÁM ĐỐC SỞ KHOA HỌC VÀ CÔNG NGHỆ

        Căn cứ Luật Cán bộ, công chức ngày 24 tháng 6 năm 2025;

        Theo đề nghị của Chánh Văn phòng Sở.

        QUYẾT ĐỊNH:

        Điều 1. Nâng bậc lương trước thời hạn 06 tháng đối với bà Đặng Thị Cứu, chuyên viên Phòng Quản lý khoa
        học.

        Điều 2. Thời gian nâng bậc lương lần sau được tính kể từ ngày Quyết định này có hiệu lực.

        Điều 3. Chánh Văn phòng Sở, Trưởng phòng Quản lý khoa học và bà Đặng Thị Cứu chịu trách nhiệm thi hành
        Quyết định này.
        """,
    ),
    Text(
        type=DocumentType.THONG_BAO,
        unit="CĐS",
        subject="Tạm dừng hệ thống quản lý văn bản để bảo trì",
        to=(AN_BINH, COMMUNES),
        body="""
        Để nâng cấp thiết bị lưu trữ tại Trung tâm Dữ liệu tỉnh, Sở Khoa học và Công nghệ thông báo tạm dừng hệ
        thống quản lý văn bản từ 20 giờ 00 phút thứ Bảy đến 06 giờ 00 phút Chủ nhật tuần này.

        Trong thời gian tạm dừng, các cơ quan không gửi, nhận được văn bản điện tử. Văn bản đã ký nhưng chưa gửi
        sẽ được hệ thống tự động gửi khi hoạt động trở lại, không cần thao tác lại.

        Trường hợp có văn bản hỏa tốc, đề nghị liên hệ tổ trực kỹ thuật của Sở để được hỗ trợ bằng phương thức
        dự phòng.
        """,
    ),
    Text(
        type=DocumentType.CHUONG_TRINH,
        unit="ĐMST",
        subject="Hỗ trợ hệ sinh thái khởi nghiệp đổi mới sáng tạo tỉnh An Bình",
        to=(AN_BINH, "Tỉnh đoàn An Bình"),
        body="""
        Sở Khoa học và Công nghệ ban hành Chương trình hỗ trợ hệ sinh thái khởi nghiệp đổi mới sáng tạo với ba
        nhóm hoạt động sau:

        1. Ươm tạo: mỗi năm chọn mười nhóm có ý tưởng khả thi, hỗ trợ chỗ làm việc, cố vấn và thiết bị thử
        nghiệm.

        2. Kết nối: tổ chức hai phiên gặp gỡ nhà đầu tư; mời chuyên gia người An Bình ở xa quê tham gia cố vấn
        trực tuyến.

        3. Truyền thông: giới thiệu câu chuyện thành công và cả câu chuyện thất bại để cộng đồng cùng học hỏi.

        Trung tâm Đổi mới sáng tạo là đầu mối thực hiện, báo cáo Giám đốc Sở vào ngày 25 hằng tháng.
        """,
    ),
    Text(
        type=DocumentType.TO_TRINH,
        unit="CĐS",
        subject="Về việc bổ sung kinh phí thay thế thiết bị lưu trữ của Trung tâm Dữ liệu tỉnh",
        to=(AN_BINH, "Sở Tài chính"),
        body="""
        Hai trong sáu thiết bị lưu trữ của Trung tâm Dữ liệu tỉnh đã hết thời hạn bảo hành và phát sinh lỗi ổ
        đĩa nhiều lần trong quý vừa qua.

        Nếu không thay thế kịp thời, khi xảy ra hỏng hóc đồng thời, thời gian phục hồi dữ liệu có thể kéo dài
        quá mức cam kết với các cơ quan sử dụng.

        Sở Khoa học và Công nghệ kính đề nghị Ủy ban nhân dân tỉnh bổ sung 1.250 triệu đồng để mua sắm tập
        trung. Phương án kỹ thuật và dự toán chi tiết được gửi kèm theo Tờ trình này.
        """,
    ),
    Text(
        type=DocumentType.CONG_VAN,
        unit="QLKH",
        subject="đôn đốc nộp báo cáo tiến độ nhiệm vụ khoa học và công nghệ",
        to=("Trường Cao đẳng Nông nghiệp An Bình", "Trung tâm Giống cây trồng tỉnh"),
        copies=(AN_BINH,),
        body="""
        Theo hợp đồng đã ký, tổ chức chủ trì nhiệm vụ phải nộp báo cáo tiến độ sáu tháng một lần. Đến nay, Sở
        chưa nhận được báo cáo của quý cơ quan.

        Đề nghị quý cơ quan khẩn trương hoàn thiện báo cáo, nêu rõ khối lượng đã thực hiện, sản phẩm đã có, kinh
        phí đã sử dụng và những khó khăn cần tháo gỡ.

        Báo cáo gửi về Phòng Quản lý khoa học trong thời hạn 07 ngày làm việc. Sau thời hạn này, Sở sẽ tổ chức
        kiểm tra trực tiếp và xem xét tạm dừng cấp kinh phí đợt tiếp theo.
        """,
    ),
    Text(
        type=DocumentType.KE_HOACH,
        unit="VP",
        subject="Chỉnh lý và số hóa tài liệu lưu trữ của Sở Khoa học và Công nghệ",
        to=(AN_BINH, "Lưu trữ lịch sử tỉnh"),
        body="""
        Kho lưu trữ của Sở hiện có 240 mét giá tài liệu, trong đó một phần ba chưa được chỉnh lý. Sở lập Kế
        hoạch chỉnh lý và số hóa như sau:

        1. Chỉnh lý hoàn chỉnh 80 mét giá tài liệu giai đoạn trước khi hợp nhất, loại tài liệu trùng thừa theo
        đúng trình tự.

        2. Số hóa hồ sơ bảo quản vĩnh viễn trước, mỗi trang được kiểm tra độ rõ và ký số của cơ quan.

        3. Giao Văn phòng Sở chủ trì; các phòng cử người cùng xác định giá trị tài liệu thuộc lĩnh vực phụ
        trách.

        4. Hoàn thành trong 12 tháng; nghiệm thu theo từng đợt, mỗi đợt 20 mét giá.
        """,
    ),
    Text(
        type=DocumentType.BAO_CAO,
        unit="ĐMST",
        subject="Kết quả đo lường chỉ số đổi mới sáng tạo của doanh nghiệp trong tỉnh",
        to=(AN_BINH, "Cục Thống kê tỉnh"),
        body="""
        Sở Khoa học và Công nghệ đã khảo sát 412 doanh nghiệp bằng phiếu trực tuyến, tỷ lệ trả lời hợp lệ đạt
        83%.

        Có 127 doanh nghiệp đã đưa ra sản phẩm hoặc quy trình mới trong hai năm gần đây. Ngành chế biến nông sản
        dẫn đầu, tiếp theo là cơ khí nhỏ và dịch vụ du lịch.

        Trở ngại được nhắc đến nhiều nhất là thiếu nhân lực kỹ thuật, sau đó mới đến thiếu vốn. Đây là điểm khác
        so với nhận định trước khi khảo sát.

        Sở kiến nghị ưu tiên đào tạo kỹ thuật viên tại chỗ và sẽ công bố bộ dữ liệu đã ẩn danh để các bên cùng
        khai thác.
        """,
    ),
    Text(
        type=DocumentType.QUYET_DINH,
        unit="VP",
        subject="Về việc phân công nhiệm vụ trong Ban Giám đốc Sở Khoa học và Công nghệ",
        to=(AN_BINH, "Các phòng, đơn vị thuộc Sở"),
        body="""
        GIÁM ĐỐC SỞ KHOA HỌC VÀ CÔNG NGHỆ

        Căn cứ Quy chế làm việc của Sở Khoa học và Công nghệ;

        Theo đề nghị của Chánh Văn phòng Sở.

        QUYẾT ĐỊNH:

        Điều 1. Giám đốc phụ trách chung, trực tiếp chỉ đạo công tác tổ chức, tài chính và chuyển đổi số.

        Điều 2. Các Phó Giám đốc phụ trách quản lý khoa học, quản lý công nghệ, tiêu chuẩn đo lường và đổi mới
        sáng tạo theo bảng phân công kèm theo; thay mặt Giám đốc giải quyết công việc khi được ủy quyền.

        Điều 3. Chánh Văn phòng Sở, các Phó Giám đốc và Trưởng các phòng, đơn vị thuộc Sở chịu trách nhiệm thi
        hành Quyết định này.
        """,
    ),
)
